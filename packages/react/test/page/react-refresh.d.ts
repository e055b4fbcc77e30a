/** The part of it that the test calls. */
declare module 'react-refresh/runtime' {
  export function injectIntoGlobalHook(target: object): void;
  export function register(type: unknown, family: string): void;
  export function setSignature(type: unknown, hooks: string, forceReset: boolean, customHooks: () => unknown[]): void;
  export function performReactRefresh(): unknown;
}
