"""Pose, place and one shape from what photos show: Levenberg-Marquardt over all photos, poses eliminated photo by photo."""

from dataclasses import dataclass, field

import numpy as np
from numba import njit
from jaxtyping import Float
from numpy import ndarray

from lca.tracking.kinematics import Points, Skeleton, project, project_with_jacobian
from lca.tracking.pose_prior import PosePrior
from lca.tracking.posture import BODY, ROOT, Pose, posed
from lca.tracking.start import of_trunk, placed


@dataclass(frozen=True)
class Term:
    points: Points
    pixels: Float[ndarray, "points 2"]
    scales: Float[ndarray, "points"]     # metres
    weights: Float[ndarray, "points"]
    mirror: Points | None = None


@dataclass(frozen=True)
class Silhouette:
    points: Points
    distance: Float[ndarray, "size size"]  # px of photo
    box: Float[ndarray, "4"]
    scale: float = 0.02
    weight: float = 0.0


@dataclass
class Coverage:
    """pixels of the mask that some point of the body must explain"""
    pixels: ndarray
    canonical: ndarray
    reach: ndarray       # metres in canonical space, per pixel
    scales: ndarray      # metres at depth
    weights: ndarray


@njit(cache=True, fastmath=True)
def associate(pixels, canonical, reach, places, points, metre, spread):
    """for every pixel the body point that minimises (distance in the picture / spread)^2 + (canonical distance / reach)^2"""
    best = np.empty(len(pixels), np.int64)
    for i in range(len(pixels)):
        low = np.inf
        a, b = (metre / spread) ** 2, 1 / reach[i] ** 2
        for k in range(len(points)):
            dx, dy = places[k, 0] - pixels[i, 0], places[k, 1] - pixels[i, 1]
            x, y, z = points[k, 0] - canonical[i, 0], points[k, 1] - canonical[i, 1], points[k, 2] - canonical[i, 2]
            c = a * (dx * dx + dy * dy) + b * (x * x + y * y + z * z)
            if c < low:
                low, best[i] = c, k
    return best


GMM = None


@dataclass
class Config:
    cover_from: int = 4
    cover_spread: float = 0.02
    steps: int = 25
    body_prior: float = 1.0
    hand_prior: float = 1.0
    shape_prior: float = 1.0
    anneal: float = 4.0
    anneal_steps: int = 8
    damping: float = 1e-3
    mirror_share: float = 0.0


@dataclass
class Photo:
    intrinsics: ndarray
    terms: list
    silhouette: Silhouette | None
    pose: Pose
    coverage: Coverage | None = None
    surface: Points | None = None
    fixed: int = 0


def cauchy(r2):
    return np.log1p(r2), 1 / (1 + r2)


class Problem:
    def __init__(self, photos, skeleton, prior, config, betas, betas_mean=None, known=False, stature=None):
        self.photos, self.skeleton, self.prior, self.c = photos, skeleton, prior, config
        self.betas, self.known, self.stature = betas.copy(), known, stature
        self.mean = np.zeros_like(betas) if betas_mean is None else betas_mean

    def prior_terms(self, pose):
        P = pose.columns + 3
        g, H = np.zeros(P), np.zeros((P, P))
        if GMM is not None:
            D = pose.body.reshape(-1) - GMM["means"]
            cost = 0.5 * np.einsum("ki,kij,kj->k", D, GMM["precisions"], D) + 0.5 * (GMM["logdet"]-GMM["logdet"].min()) - np.log(GMM["weights"])
            b = cost.argmin()
            d, L = D[b], self.c.body_prior * GMM["precisions"][b]
            extra = cost[b] - 0.5 * d @ L @ d
        else:
            d = pose.body.reshape(-1) - self.prior.body_mean
            L = self.c.body_prior * self.prior.body_precision
            extra = 0
        s = slice(ROOT, ROOT + 3 * BODY)
        g[s], H[s, s] = L @ d, L
        h = pose.hands.reshape(-1)
        s = slice(ROOT + 3 * BODY, pose.columns)
        g[s], H[s, s] = self.c.hand_prior * h, self.c.hand_prior * np.eye(len(h))
        return extra + 0.5 * d @ L @ d + 0.5 * self.c.hand_prior * h @ h, g, H

    def term_value(self, photo, term, betas, posture, grow, lag=None):
        px = project(term.points, betas, posture, photo.intrinsics)
        metre = px[:, 2] / photo.intrinsics[0, 0]
        s = term.scales * grow / np.maximum(metre, 1e-3)
        r = px[:, :2] - term.pixels
        c = lag if lag is not None else px[:, 3:]
        k = 1 / (1 + (c**2).sum(-1))          # inverse of I + c c^T = I - c c^T k
        cr = (c * r).sum(-1)
        r2 = ((r**2).sum(-1) - k * cr**2) / s**2
        bad = px[:, 2] < 0.05
        value, w = cauchy(np.where(bad, 1e6, r2))
        value = term.weights * value * 0.5
        return px, r, value.sum(), term.weights * w / s**2, c, k

    def silhouette_value(self, photo, betas, posture, px):
        sil = photo.silhouette
        n = sil.distance.shape[0]
        side = sil.box[2] - sil.box[0]
        u = (px[:, 0] - sil.box[0]) / side * n - 0.5
        v = (px[:, 1] - sil.box[1]) / side * n - 0.5
        u0, v0 = np.clip(np.floor(u), 0, n - 2).astype(int), np.clip(np.floor(v), 0, n - 2).astype(int)
        fu, fv = np.clip(u - u0, 0, 1), np.clip(v - v0, 0, 1)
        D = sil.distance
        a, b, c, d = D[v0, u0], D[v0, u0 + 1], D[v0 + 1, u0], D[v0 + 1, u0 + 1]
        val = (1 - fv) * ((1 - fu) * a + fu * b) + fv * ((1 - fu) * c + fu * d)
        gx = ((1 - fv) * (b - a) + fv * (d - c)) * n / side
        gy = ((1 - fu) * (c - a) + fu * (d - b)) * n / side
        s = sil.scale * photo.intrinsics[0, 0] / np.maximum(px[:, 2], 0.05)
        cost, w = cauchy((val / s) ** 2)
        return val, gx, gy, 0.5 * sil.weight * cost.sum(), sil.weight * w / s**2

    def cost(self, photo, pose, betas, grow, lags=None):
        posture = posed(pose, self.skeleton, betas, self.prior)
        total = self.prior_terms(pose)[0]
        for i, t in enumerate(photo.terms):
            total += self.term_value(photo, t, betas, posture, grow, lags[i] if lags else None)[2]
        if photo.silhouette is not None and photo.silhouette.weight > 0:
            px = project(photo.silhouette.points, betas, posture, photo.intrinsics)
            total += self.silhouette_value(photo, betas, posture, px)[3]
        return total

    def normal(self, photo, pose, betas, grow):
        posture = posed(pose, self.skeleton, betas, self.prior)
        P, B = pose.columns + 3, len(betas)
        total, g0, H0 = self.prior_terms(pose)
        g, H = np.zeros(P + B), np.zeros((P + B, P + B))
        g[:P], H[:P, :P] = g0, H0
        lags = []
        for t in photo.terms:
            _, J = project_with_jacobian(t.points, self.skeleton, betas, posture, photo.intrinsics, pose.columns)
            _, r, v, w, c, k = self.term_value(photo, t, betas, posture, grow)
            lags.append(c)
            total += v
            # whitening: (I - h c c^T) with (I - h cc^T)^2 = I - k cc^T
            n2 = (c**2).sum(-1)
            h = np.where(n2 > 1e-9, (1 - np.sqrt(np.maximum(1 - k * n2, 0))) / np.maximum(n2, 1e-9), 0)
            hc = (h[:, None] * c).astype(np.float32); cf = c.astype(np.float32)
            sw = np.sqrt(w).astype(np.float32)
            rw = (r - (c * r).sum(-1)[:, None] * h[:, None] * c) * sw[:, None]
            along = cf[:, 0, None] * J[:, 0] + cf[:, 1, None] * J[:, 1]
            J -= hc[:, :, None] * along[:, None]
            J *= sw[:, None, None]
            J = J.reshape(-1, J.shape[-1])
            H += J.T @ J
            g += J.T @ rw.reshape(-1).astype(np.float32)
        if photo.silhouette is not None and photo.silhouette.weight > 0:
            sp = photo.silhouette.points
            px = project(sp, betas, posture, photo.intrinsics)
            val, gx, gy, v, w = self.silhouette_value(photo, betas, posture, px)
            total += v
            out = val > 0
            if out.any():
                px, J = project_with_jacobian(sp[out], self.skeleton, betas, posture, photo.intrinsics, pose.columns)
                J = gx[out, None] * J[:, 0] + gy[out, None] * J[:, 1]
                H += (J * w[out, None]).T @ J
                g += J.T @ (w * val)[out]
        return total, g, H, lags

    def shape_cost(self, betas):
        d = betas - self.mean
        v = 0.5 * self.c.shape_prior * d @ d
        if self.stature is not None:
            a, s0 = self.stature
            v += 0.5 * ((a @ betas - s0) / 0.003) ** 2
        return v

    def solve(self):
        B = len(self.betas)
        lam = [self.c.damping] * len(self.photos)
        history = []
        grow = 0
        for step in range(self.c.steps):
            for p in self.photos:
                if p.coverage is not None and step >= self.c.cover_from:
                    p.fixed = p.fixed or len(p.terms)
                    posture = posed(p.pose, self.skeleton, self.betas, self.prior)
                    px = project(p.surface, self.betas, posture, p.intrinsics)
                    cov = p.coverage
                    z = np.median(px[:, 2])
                    best = associate(cov.pixels, cov.canonical, cov.reach, px, p.surface.rest, z / p.intrinsics[0, 0], self.c.cover_spread)
                    del p.terms[p.fixed:]
                    p.terms.append(Term(p.surface[best], cov.pixels, cov.scales, cov.weights))
            new = max(1.0, self.c.anneal ** (1 - step / self.c.anneal_steps))
            if new != grow:
                grow = new
                costs = [self.cost(p, p.pose, self.betas, grow) for p in self.photos]
            parts = [self.normal(p, p.pose, self.betas, grow) for p in self.photos]
            S = self.c.shape_prior * np.eye(B)
            b = -self.c.shape_prior * (self.betas - self.mean)
            if self.stature is not None:
                a, s0 = self.stature
                S += np.outer(a, a) / 0.003**2
                b -= a * (a @ self.betas - s0) / 0.003**2
            elim = []
            for (v, g, H, _), l in zip(parts, lam):
                P = len(g) - B
                A = H[:P, :P] + l * np.diag(np.diag(H[:P, :P])) + 1e-6 * np.eye(P)
                X = np.linalg.solve(A, np.concatenate([H[:P, P:], -g[:P, None]], 1))
                S += H[P:, P:] - H[P:, :P] @ X[:, :B]
                b += -g[P:] - H[P:, :P] @ X[:, B]
                elim.append(X)
            db = np.zeros(B) if self.known else np.linalg.solve(S, b)
            before = self.shape_cost(self.betas)
            betas = self.betas + db
            trial = [p.pose.moved(X[:, B] - X[:, :B] @ db) for p, X in zip(self.photos, elim)]
            costs = [x[0] for x in parts]
            after = [self.cost(p, q, betas, grow, x[3]) for p, q, x in zip(self.photos, trial, parts)]
            total0, total1 = sum(costs) + before, sum(after) + self.shape_cost(betas)
            history.append(total0)
            if total1 <= total0 or self.known:
                # accept photos that improve; in joint case all
                for i, p in enumerate(self.photos):
                    if not self.known or after[i] <= costs[i]:
                        p.pose, costs[i] = trial[i], after[i]
                        lam[i] = max(lam[i] / 4, 1e-5)
                    else:
                        lam[i] = min(lam[i] * 8, 1e3)
                self.betas = betas
                if total0 - total1 < 1e-3 and grow == 1 and total1<=total0:
                    break
            else:
                for i in range(len(self.photos)):
                    worse = after[i] > costs[i]
                    lam[i] = min(lam[i] * (8 if worse else 2), 1e3)
        return history
