const whole = new Intl.NumberFormat('en');

/** 12345 is `12,345`. */
export const count = (number: number) => whole.format(number);

/** `1 message`, `12,345 messages`. */
export const counted = (number: number, one: string, many = `${one}s`) =>
  `${count(number)} ${number === 1 ? one : many}`;
