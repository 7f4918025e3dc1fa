// A slider's number as people say it.

function fixed(value, digits, sign) {
  const text = value.toFixed(digits);
  if (Number(text) === 0) return (0).toFixed(digits);
  return sign && value > 0 ? `+${text}` : text;
}

const UNITS = {
  degrees: { show: (v, sign) => `${fixed(v, 0, sign)}°`, say: (v) => `${fixed(v, 0)} degrees` },
  m: { show: (v, sign) => `${fixed(100 * v, 0, sign)} cm`, say: (v) => `${fixed(100 * v, 0)} centimetres` },
  share: { show: (v, sign) => `${fixed(100 * v, 0, sign)} %`, say: (v) => `${fixed(100 * v, 0)} percent` },
  "of a fist": { show: (v, sign) => `${fixed(100 * v, 0, sign)} %`, say: (v) => `${fixed(100 * v, 0)} percent of a fist` },
  deviations: { show: (v, sign) => `${fixed(v, 1, sign)} σ`, say: (v) => `${fixed(v, 1)} standard deviations` },
  times: { show: (v, sign) => `${fixed(v, 1, sign)} ×`, say: (v) => `${fixed(v, 1)} times` },
};
