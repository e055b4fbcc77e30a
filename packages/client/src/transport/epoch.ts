/** How a packet's epoch stands to the current one. uint32 that may wrap: compared as serial numbers (RFC 1982). */
export function compareEpochs(packet: number, current: number): 'older' | 'same' | 'newer' {
  const difference = (packet - current) | 0;
  if (difference === 0) return 'same';
  return difference < 0 ? 'older' : 'newer';
}
