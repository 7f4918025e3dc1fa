"""Which of several test processes runs what: the tests of a file together, but each notebook by itself."""

from xdist.scheduler import LoadFileScheduling

ALONE = "test_notebooks.py::test_runs["


class Scheduling(LoadFileScheduling):
    """`--dist loadfile`, in which the notebooks are shared out one by one."""

    def _split_scope(self, nodeid: str) -> str:
        return nodeid if ALONE in nodeid else super()._split_scope(nodeid)
