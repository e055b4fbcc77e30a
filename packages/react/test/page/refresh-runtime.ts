/** To be imported before React is, which looks for it as it loads. What a bundler's fast refresh calls. */
import * as runtime from 'react-refresh/runtime';

runtime.injectIntoGlobalHook(globalThis);

export { runtime };
