import { useGraphiQL } from '@graphiql/react';
import { useEffect, useState } from 'react';

export interface Colours {
  isDark: boolean;
  text: string;
  faint: string;
  background: string;
}

/** The colours of the theme that is chosen, for what is drawn without style sheets. */
export function useColours(): Colours {
  const theme = useGraphiQL((state) => state.theme);
  const [colours, setColours] = useState(readColours);
  useEffect(() => {
    const system = matchMedia('(prefers-color-scheme: dark)');
    const read = () => setColours(readColours());
    read();
    system.addEventListener('change', read);
    return () => system.removeEventListener('change', read);
  }, [theme]);
  return colours;
}

function readColours(): Colours {
  const container = document.querySelector('.graphiql-container') ?? document.body;
  const style = getComputedStyle(container);
  const of = (name: string, alpha = 1) => `hsla(${style.getPropertyValue(name)}, ${alpha})`;
  const { classList } = document.body;
  const isSystemDark = matchMedia('(prefers-color-scheme: dark)').matches;
  return {
    isDark: classList.contains('graphiql-dark') || (isSystemDark && !classList.contains('graphiql-light')),
    text: of('--color-neutral'),
    faint: of('--color-neutral', 0.2),
    background: of('--color-base'),
  };
}
