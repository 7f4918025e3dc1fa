"use strict";
// What the player computes and needs no window for: the clip unpacked, posed at a time, sorted, and the camera.
// Conventions are those of lca.geometry: metres, world y up, cameras x right, y down, z forward, quaternions w x y z.
const engine = (() => {
  // A Gaussian in the texture: mean, opacity | covariance xx xy xz yy | yz zz, 2 spare | red, green, blue, 1 spare.
  const FLOATS = 16;
  const ROW = 4096; // floats in a row of the texture, 1024 texels
  const CHANNELS = 13; // of a correction: colour 3, mean 3, quaternion 4, logarithm of the scales 3

  const decoders = {
    bytes: (data) => data.slice(),
    float32: (data) => new Float32Array(data.slice().buffer),
    // Column after column; first the low bytes of all numbers, then the high bytes.
    fixed: (data, { low, step }) => {
      const columns = low.length, count = data.length / 2, rows = count / columns;
      const out = new Float32Array(count);
      for (let column = 0; column < columns; column++) {
        for (let row = 0; row < rows; row++) {
          const place = column * rows + row;
          out[row * columns + column] = low[column] + step[column] * (data[place] | (data[count + place] << 8));
        }
      }
      return out;
    },
  };

  // Bytes (length of the header, header, arrays) -> one object of facts and typed arrays.
  function unpack(bytes) {
    const size = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + size)));
    const clip = { ...header.facts };
    let at = 4 + size;
    for (const entry of header.arrays) {
      clip[entry.name] = decoders[entry.kind](bytes.subarray(at, at + entry.bytes), entry);
      at += entry.bytes;
    }
    return clip;
  }

  // Seconds until the clip begins again: back to the first frame if the motion closes, a jump if it does not.
  const duration = (clip) => (clip.loops ? clip.frames : clip.frames - 1) / clip.fps;

  // Poses the Gaussians of a clip; `splats` is what `pose` filled last.
  function actor(clip) {
    const { gaussians, influences, frames } = clip;
    const joints = clip.transforms.length / frames / 12, parts = clip.amplitudes.length / frames;
    const splats = new Float32Array(Math.ceil((gaussians * FLOATS) / ROW) * ROW);
    const corrections = new Float32Array(gaussians * CHANNELS);
    const transforms = new Float32Array(joints * 12), amplitudes = new Float32Array(parts);
    const blended = new Float64Array(12), turned = new Float64Array(9), axes = new Float64Array(9);

    function mix(out, values, width, frame, next, share) {
      for (let i = 0; i < width; i++) {
        out[i] = values[frame * width + i] * (1 - share) + values[next * width + i] * share;
      }
    }

    function correct() {
      corrections.fill(0);
      const size = corrections.length;
      for (let part = 0; part < parts; part++) {
        const amplitude = amplitudes[part], start = part * size;
        for (let i = 0; i < size; i++) corrections[i] += amplitude * clip.components[start + i];
      }
    }

    // One affine map a Gaussian: the weighted mean of those of its joints.
    function blend(g) {
      blended.fill(0);
      let whole = 0;
      for (let k = g * influences; k < (g + 1) * influences; k++) {
        const weight = clip.skin_weights[k], from = clip.skin_indices[k] * 12;
        whole += weight;
        if (weight > 0) for (let i = 0; i < 12; i++) blended[i] += weight * transforms[from + i];
      }
      for (let i = 0; i < 12; i++) blended[i] /= whole;
    }

    // Polar factor of the blended rotations by two Newton steps M <- (M + M^-T) / 2, as lca.geometry.skinning has it.
    function nearestRotation() {
      const M = blended;
      let a = M[0], b = M[1], c = M[2], d = M[4], e = M[5], f = M[6], g = M[8], h = M[9], i = M[10];
      for (let step = 0; step < 2; step++) {
        const A = e * i - f * h, B = f * g - d * i, C = d * h - e * g;
        const D = h * c - i * b, E = i * a - g * c, F = g * b - h * a;
        const G = b * f - c * e, H = c * d - a * f, I = a * e - b * d;
        const over = 1 / (a * A + b * B + c * C);
        a = (a + A * over) / 2, b = (b + B * over) / 2, c = (c + C * over) / 2;
        d = (d + D * over) / 2, e = (e + E * over) / 2, f = (f + F * over) / 2;
        g = (g + G * over) / 2, h = (h + H * over) / 2, i = (i + I * over) / 2;
      }
      turned[0] = a, turned[1] = b, turned[2] = c, turned[3] = d, turned[4] = e, turned[5] = f;
      turned[6] = g, turned[7] = h, turned[8] = i;
    }

    // Axes, one column after another, of the canonical quaternion times (1, 0, 0, 0) + correction.
    function orient(quats, at, from) {
      const w1 = quats[at], x1 = quats[at + 1], y1 = quats[at + 2], z1 = quats[at + 3];
      const w2 = 1 + corrections[from], x2 = corrections[from + 1];
      const y2 = corrections[from + 2], z2 = corrections[from + 3];
      const w = w1 * w2 - x1 * x2 - y1 * y2 - z1 * z2, x = w1 * x2 + x1 * w2 + y1 * z2 - z1 * y2;
      const y = w1 * y2 - x1 * z2 + y1 * w2 + z1 * x2, z = w1 * z2 + x1 * y2 - y1 * x2 + z1 * w2;
      const two = 2 / (w * w + x * x + y * y + z * z); // normalises
      axes[0] = 1 - two * (y * y + z * z), axes[1] = two * (x * y + w * z), axes[2] = two * (x * z - w * y);
      axes[3] = two * (x * y - w * z), axes[4] = 1 - two * (x * x + z * z), axes[5] = two * (y * z + w * x);
      axes[6] = two * (x * z + w * y), axes[7] = two * (y * z - w * x), axes[8] = 1 - two * (x * x + y * y);
    }

    // Mean, covariance and colour of Gaussian g: canonical + correction, then skinned.
    function place(g) {
      const at = g * FLOATS, from = g * CHANNELS, k = g * 3, B = blended, R = turned;
      const x = clip.means[k] + corrections[from + 3];
      const y = clip.means[k + 1] + corrections[from + 4];
      const z = clip.means[k + 2] + corrections[from + 5];
      splats[at] = B[0] * x + B[1] * y + B[2] * z + B[3];
      splats[at + 1] = B[4] * x + B[5] * y + B[6] * z + B[7];
      splats[at + 2] = B[8] * x + B[9] * y + B[10] * z + B[11];
      splats[at + 3] = clip.opacities[g];
      orient(clip.quats_wxyz, g * 4, from + 6);
      let xx = 0, xy = 0, xz = 0, yy = 0, yz = 0, zz = 0;
      for (let axis = 0; axis < 3; axis++) {
        const change = Math.min(1.5, Math.max(-1.5, corrections[from + 10 + axis]));
        const variance = Math.exp(2 * (clip.log_scales[k + axis] + change));
        const u = axes[3 * axis], v = axes[3 * axis + 1], t = axes[3 * axis + 2];
        const X = R[0] * u + R[1] * v + R[2] * t;
        const Y = R[3] * u + R[4] * v + R[5] * t;
        const Z = R[6] * u + R[7] * v + R[8] * t;
        xx += variance * X * X, xy += variance * X * Y, xz += variance * X * Z;
        yy += variance * Y * Y, yz += variance * Y * Z, zz += variance * Z * Z;
      }
      splats[at + 4] = xx, splats[at + 5] = xy, splats[at + 6] = xz, splats[at + 7] = yy;
      splats[at + 8] = yz, splats[at + 9] = zz;
      for (let c = 0; c < 3; c++) {
        splats[at + 12 + c] = Math.min(1, Math.max(0, clip.colors[k + c] + corrections[from + c]));
      }
    }

    // Fill `splats` for a time in seconds from the start; between two frames everything is mixed linearly.
    function pose(time) {
      const position = Math.min(Math.max(time * clip.fps, 0), frames - (clip.loops ? 1e-6 : 1));
      const frame = Math.floor(position);
      const next = clip.loops ? (frame + 1) % frames : Math.min(frame + 1, frames - 1);
      mix(transforms, clip.transforms, joints * 12, frame, next, position - frame);
      mix(amplitudes, clip.amplitudes, parts, frame, next, position - frame);
      correct();
      for (let g = 0; g < gaussians; g++) {
        blend(g);
        nearestRotation();
        place(g);
      }
    }
    return { splats, pose };
  }

  // Sorts Gaussians by depth along a direction, farthest first: a counting sort into 65536 bins.
  function sorter(count) {
    const order = new Uint32Array(count), keys = new Uint16Array(count), starts = new Uint32Array(65537);
    const depths = new Float32Array(count);
    return (splats, [x, y, z]) => {
      let least = Infinity, most = -Infinity;
      for (let g = 0, at = 0; g < count; g++, at += FLOATS) {
        const depth = x * splats[at] + y * splats[at + 1] + z * splats[at + 2];
        depths[g] = depth;
        if (depth < least) least = depth;
        if (depth > most) most = depth;
      }
      const scale = most > least ? 65535 / (most - least) : 0;
      starts.fill(0);
      for (let g = 0; g < count; g++) {
        keys[g] = (most - depths[g]) * scale;
        starts[keys[g] + 1]++;
      }
      for (let bin = 0; bin < 65536; bin++) starts[bin + 1] += starts[bin];
      for (let g = 0; g < count; g++) order[starts[keys[g]]++] = g;
      return order;
    };
  }

  // The camera of a view {target, azimuth, elevation, distance}: axes, and camera_from_world column after column.
  function camera({ target, azimuth, elevation, distance }) {
    const out = [
      Math.sin(azimuth) * Math.cos(elevation), Math.sin(elevation), Math.cos(azimuth) * Math.cos(elevation),
    ];
    const forward = out.map((v) => -v), right = [Math.cos(azimuth), 0, -Math.sin(azimuth)];
    const down = [
      forward[1] * right[2] - forward[2] * right[1],
      forward[2] * right[0] - forward[0] * right[2],
      forward[0] * right[1] - forward[1] * right[0],
    ];
    const eye = target.map((v, axis) => v + distance * out[axis]);
    const rows = [right, down, forward], matrix = new Float32Array(16);
    rows.forEach((row, r) => {
      row.forEach((v, c) => (matrix[4 * c + r] = v));
      matrix[12 + r] = -(row[0] * eye[0] + row[1] * eye[1] + row[2] * eye[2]);
    });
    matrix[15] = 1;
    return { right, down, forward, matrix };
  }

  return { unpack, duration, actor, sorter, camera, ROW };
})();
