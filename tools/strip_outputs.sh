#!/bin/sh
# git stores notebooks as they are without outputs: gives this clone the filter that .gitattributes names. Speaks once.
set -eu
git rev-parse --git-dir >/dev/null 2>&1 || exit 0 # not a clone
if git config filter.nbstripout.clean >/dev/null; then
  exit 0 # done before, or the user's own
fi
# what JupyterLab notes of the kernel at hand; nobody's change
noise="codemirror_mode file_extension mimetype nbconvert_exporter pygments_lexer version"
keys=$(for key in $noise; do printf 'metadata.language_info.%s ' "$key"; done)
git config filter.nbstripout.clean \
  "if [ -x .venv/bin/nbstripout ]; then .venv/bin/nbstripout --extra-keys '$keys'; else cat; fi"
git config filter.nbstripout.smudge cat
echo "make lab: git stores notebooks without outputs from now on, in this clone" \
  "(undo: git config --remove-section filter.nbstripout)"
