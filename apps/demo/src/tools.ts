import { readFileSync } from 'node:fs';
import { llm } from '@livekit/agents';
import { z } from 'zod';

interface Order {
  readonly number: string;
  readonly what: string;
  readonly state: 'delivered' | 'on its way' | 'being packed' | 'cancelled';
  readonly when: string;
}

const ORDERS = JSON.parse(readFileSync(new URL('../assets/orders.json', import.meta.url), 'utf8')) as Order[];

/** What to say of an order, by its number. */
export function describeOrder(number: string): string {
  const order = ORDERS.find((one) => one.number === number.replace(/\D/g, ''));
  if (!order) return `I find no order ${number}. Try 101, 212, 427 or 500.`;
  const { what, state, when } = order;
  if (state === 'delivered') return `Order ${order.number}, ${what}, was delivered ${when}.`;
  if (state === 'cancelled') return `Order ${order.number}, ${what}, was cancelled ${when}.`;
  return `Order ${order.number}, ${what}, is ${state}. It should be with you ${when}.`;
}

/** What the sample agent may call: a look-up in a small file of orders. Put your own in its place. */
export const tools = {
  look_up_order: llm.tool({
    description: 'Looks up the state of an order in the shop by its number, three digits.',
    parameters: z.object({ number: z.string().describe('the number of the order, such as 427') }),
    execute: ({ number }) => Promise.resolve(describeOrder(number)),
  }),
};
