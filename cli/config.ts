import { describeSettings, type Settings } from '../platform/config.ts';

export function config(settings: Settings): void {
  for (const { name, value, source, description } of describeSettings(settings))
    console.log(`${name}=${value}${source === 'environment' ? '   (from the environment)' : ''}\n    ${description}`);
}
