// A slider's number as people say it.

function fixed(value, digits, sign = false) {
  const text = value.toFixed(digits);
  if (Number(text) === 0) return (0).toFixed(digits);
  return sign && value > 0 ? `+${text}` : text;
}

const UNITS = {
  degrees: { show: (v) => `${fixed(v, 0, true)}°`, say: (v) => `${fixed(v, 0)} degrees` },
  m: { show: (v) => `${fixed(100 * v, 0, true)} cm`, say: (v) => `${fixed(100 * v, 0)} centimetres` },
  share: { show: (v) => `${fixed(100 * v, 0)} %`, say: (v) => `${fixed(100 * v, 0)} percent` },
  "of a fist": { show: (v) => `${fixed(100 * v, 0)} %`, say: (v) => `${fixed(100 * v, 0)} percent of a fist` },
  deviations: { show: (v) => `${fixed(v, 1, true)} σ`, say: (v) => `${fixed(v, 1)} standard deviations` },
  times: { show: (v) => `${fixed(v, 1)} ×`, say: (v) => `${fixed(v, 1)} times` },
};
