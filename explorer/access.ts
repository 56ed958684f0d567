import { create } from 'zustand';
import { createJSONStorage, persist } from 'zustand/middleware';

interface Access {
  /** A token or an API key; empty for nobody. */
  token: string;
}

/** Who asks. It is forgotten when the browser's tab is closed. */
export const useAccess = create<Access>()(
  persist((): Access => ({ token: '' }), {
    name: 'tributary:access',
    storage: createJSONStorage(() => sessionStorage),
  }),
);

/** The header that says who asks, and the parameter of a WebSocket. */
export function credentials(): Record<string, string> {
  const { token } = useAccess.getState();
  return token ? { authorization: `Bearer ${token}` } : {};
}
