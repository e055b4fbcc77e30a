import { describe, expect, it } from 'vitest';
import { readTrace } from './trace.js';

const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

describe('readTrace', () => {
  it('takes both, or the parent alone', () => {
    expect(readTrace({ traceparent, tracestate: 'vendor=x,b=y' })).toEqual({ traceparent, tracestate: 'vendor=x,b=y' });
    expect(readTrace({ traceparent, tracestate: '' })).toEqual({ traceparent });
    expect(readTrace({ traceparent, tracestate: 'a=\n' })).toEqual({ traceparent });
    expect(readTrace({ traceparent, tracestate: 'x'.repeat(513) })).toEqual({ traceparent });
  });

  it.each([
    undefined, '', 'anything\nat all', `${traceparent}-more`, traceparent.toUpperCase(), traceparent.replace('00-', 'ff-'),
    `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`, `00-4bf92f3577b34da6a3ce929d0e0e4736-${'0'.repeat(16)}-01`,
  ])('takes %j for none', (said) => {
    expect(readTrace({ traceparent: said, tracestate: 'a=b' })).toBeUndefined();
  });
});
