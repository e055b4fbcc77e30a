import golden from '../../../packages/protocol/vectors/golden.json' with { type: 'json' };

const bytesOf = ({ hex }: { readonly hex: string }): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'));

/** The pinned messages of every kind. */
export const GOLDEN = {
  envelope: golden.envelope.map(bytesOf),
  downlinkClient: golden.downlinkClient.map(bytesOf),
  downlinkServer: golden.downlinkServer.map(bytesOf),
  motion: golden.motion.map(bytesOf),
};
