/** The longest delay that a timer takes, in milliseconds; a longer one would end at once. */
export const longestTimerMs = 2 ** 31 - 1;
