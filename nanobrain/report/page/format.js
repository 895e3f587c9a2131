// Numbers and units as text.

const MINUS = '\u2212';
const NONE = '\u2013';

const isNumber = (x) => typeof x === 'number' && Number.isFinite(x);

/** A fixed number of decimals, with a true minus sign. */
function fixed(x, decimals) {
  return isNumber(x) ? x.toFixed(decimals).replace('-', MINUS) : NONE;
}

/** 2,314,240 */
const whole = (x) => (isNumber(x) ? Math.round(x).toLocaleString('en') : NONE);

/** Three to four digits with the prefix of a power of 1,000: 2.314 M. */
function short(x, unit = '') {
  if (!isNumber(x)) return NONE;
  const prefixes = ['', 'k', 'M', 'G', 'T', 'P', 'E'];
  let power = 0;
  let rest = Math.abs(x);
  while (rest >= 999.95 && power < prefixes.length - 1) {
    rest /= 1000;
    ++power;
  }
  const digits = rest >= 1e4 ? rest.toExponential(2) : significant(rest, 4);
  const name = prefixes[power] + unit;
  return (x < 0 ? MINUS : '') + digits + (name && `\u202f${name}`);
}

/** At most this many significant digits, without trailing zeros. */
function significant(x, digits) {
  if (!isNumber(x)) return NONE;
  if (x !== 0 && (Math.abs(x) < 1e-4 || Math.abs(x) >= 1e9)) {
    return x.toExponential(digits - 1).replace(/\.?0+e/, 'e')
      .replaceAll('-', MINUS).replace('e+', 'e');
  }
  return String(Number(x.toPrecision(digits))).replace('-', MINUS);
}

const SPACE = '\u00a0'; // where no line may end

/** 4 min 10 s */
function duration(seconds) {
  if (!isNumber(seconds)) return NONE;
  if (seconds < 10) return `${significant(seconds, 2)}${SPACE}s`;
  const s = Math.round(seconds);
  if (s < 60) return `${s}${SPACE}s`;
  const parts = s < 3600
    ? [Math.floor(s / 60), 'min', s % 60, 's']
    : [Math.floor(s / 3600), 'h', Math.floor((s % 3600) / 60), 'min'];
  return parts.join(SPACE);
}

/** A mean over seeds with half of its 95 % interval. */
function estimate(e, decimals) {
  if (!e || !isNumber(e.mean)) return NONE;
  const mean = fixed(e.mean, decimals);
  if (!isNumber(e.high)) return mean;
  return `${mean} \u00b1\u00a0${fixed(e.high - e.mean, decimals)}`;
}

/** A value of a configuration. */
function configText(value) {
  if (value === undefined) return NONE;
  if (typeof value === 'string') return value;
  if (value?.constructor !== Object) return JSON.stringify(value);
  return Object.entries(value)
    .map(([name, part]) => `${name} ${configText(part)}`).join(', ');
}

/** A date in the reader's words; the text itself where it is none. */
function dateText(iso) {
  const date = new Date(iso);
  return Number.isNaN(date.getTime())
    ? String(iso)
    : date.toLocaleString('en-GB', {dateStyle: 'long', timeStyle: 'short'});
}
