/** Codes of pollutants as IQAir writes them: PM2.5, PM10, ozone, carbon monoxide, sulphur dioxide, nitrogen dioxide. */
export type Pollutant = 'p2' | 'p1' | 'o3' | 'co' | 's2' | 'n2';

/** Mean concentrations over the times that the index is defined for. What is not known is left out. */
export interface Concentrations {
  /** PM2.5 over 24 hours, µg/m³. */
  pm25?: number;
  /** PM10 over 24 hours, µg/m³. */
  pm10?: number;
  /** Ozone over 8 hours, ppm. */
  o3EightHours?: number;
  /** Ozone over an hour, ppm. */
  o3OneHour?: number;
  /** Carbon monoxide over 8 hours, ppm. */
  co?: number;
  /** Sulphur dioxide over an hour, ppb. */
  so2OneHour?: number;
  /** Sulphur dioxide over 24 hours, ppb. */
  so2Day?: number;
  /** Nitrogen dioxide over an hour, ppb. */
  no2?: number;
}

/** The index at the upper breakpoint of each class; a class begins one above the end of the class before it. */
const indexes = [50, 100, 150, 200, 300, 500];

interface Scale {
  pollutant: Pollutant;
  /** Concentrations are cut off, never rounded, after so many decimals. */
  decimals: number;
  /** The upper breakpoint of each class. Where they end early, no concentration has a higher index. */
  breakpoints: number[];
  /** Up to this breakpoint the scale has no index. */
  silentUpTo?: number;
}

/** Table 6 of the document that is named at `usAqi`. Of equal indexes the first one here counts as the worst. */
const scales: Record<keyof Concentrations, Scale> = {
  pm25: { pollutant: 'p2', decimals: 1, breakpoints: [9.0, 35.4, 55.4, 125.4, 225.4, 325.4] },
  pm10: { pollutant: 'p1', decimals: 0, breakpoints: [54, 154, 254, 354, 424, 604] },
  o3EightHours: { pollutant: 'o3', decimals: 3, breakpoints: [0.054, 0.07, 0.085, 0.105, 0.2] },
  o3OneHour: { pollutant: 'o3', decimals: 3, breakpoints: [0, 0.124, 0.164, 0.204, 0.404, 0.604], silentUpTo: 0.124 },
  co: { pollutant: 'co', decimals: 1, breakpoints: [4.4, 9.4, 12.4, 15.4, 30.4, 50.4] },
  so2OneHour: { pollutant: 's2', decimals: 0, breakpoints: [35, 75, 185, 304] },
  so2Day: { pollutant: 's2', decimals: 0, breakpoints: [0, 0, 0, 304, 604, 1004], silentUpTo: 304 },
  no2: { pollutant: 'n2', decimals: 0, breakpoints: [53, 100, 360, 649, 1249, 2049] },
};

/**
 * The US Air Quality Index of the worst pollutant, and which that is; undefined where no concentration has an index.
 * From U.S. EPA, Technical Assistance Document for the Reporting of Daily Air Quality – the Air Quality Index (AQI),
 * EPA-454/B-24-002, May 2024, part IV: concentrations are truncated, then interpolated between the breakpoints of their
 * class, and the index is rounded. Above the last breakpoint of its scale a concentration has the last index, so there
 * is none above 500; 300 is the last of ozone over 8 hours, and 200 of sulphur dioxide over an hour.
 */
export function usAqi(concentrations: Concentrations): { index: number; main: Pollutant } | undefined {
  let worst: { index: number; main: Pollutant } | undefined;
  for (const [name, scale] of Object.entries(scales)) {
    const index = indexOn(scale, concentrations[name as keyof Concentrations]);
    if (index !== undefined && (worst === undefined || index > worst.index)) worst = { index, main: scale.pollutant };
  }
  return worst;
}

function indexOn({ decimals, breakpoints, silentUpTo }: Scale, concentration: number | undefined): number | undefined {
  if (concentration === undefined || !(concentration >= 0)) return undefined;
  // In whole steps of the last decimal, which doubles hold exactly; a mean that is 35.4 may come out as 35.39999999999999.
  const steps = (value: number) => Math.floor(Number((value * 10 ** decimals).toPrecision(12)));
  const measured = steps(concentration);
  if (silentUpTo !== undefined && measured <= steps(silentUpTo)) return undefined;
  const place = breakpoints.findIndex((breakpoint) => measured <= steps(breakpoint));
  if (place === -1) return indexes[breakpoints.length - 1];
  const [low, lowIndex] = place === 0 ? [0, 0] : [steps(breakpoints[place - 1]!) + 1, indexes[place - 1]! + 1];
  const [high, highIndex] = [steps(breakpoints[place]!), indexes[place]!];
  return Math.round(((highIndex - lowIndex) / (high - low)) * (measured - low) + lowIndex);
}
