const whole = new Intl.NumberFormat('en');
const tenths = new Intl.NumberFormat('en', { minimumFractionDigits: 1, maximumFractionDigits: 1 });

/** 12345 is `12,345`. */
export const count = (number: number) => whole.format(number);

/** So many a second, in tenths; one that is smaller is not shown as none. */
export const rate = (perSecond: number) =>
  perSecond > 0 && perSecond < 0.05 ? `<${tenths.format(0.1)}` : tenths.format(perSecond);

/** `1 message`, `12,345 messages`. */
export const counted = (number: number, what: string) => `${count(number)} ${what}${number === 1 ? '' : 's'}`;

/** How many messages lie between the offsets of partitions. */
export const messagesIn = (partitions: { start: string; end: string }[]) =>
  partitions.reduce((sum, { start, end }) => sum + Number(end) - Number(start), 0);
