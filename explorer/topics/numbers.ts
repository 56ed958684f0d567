const tenths = new Intl.NumberFormat('en', { minimumFractionDigits: 1, maximumFractionDigits: 1 });

/** So many a second, in tenths; one that is smaller is not shown as none. */
export const rate = (perSecond: number) =>
  perSecond > 0 && perSecond < 0.05 ? `<${tenths.format(0.1)}` : tenths.format(perSecond);

/** How many messages lie between the offsets of partitions. */
export const messagesIn = (partitions: { start: string; end: string }[]) =>
  partitions.reduce((sum, { start, end }) => sum + Number(end) - Number(start), 0);
