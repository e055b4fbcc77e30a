/**
 * In the page, before anything else: candidates of the server that name port `from` are taken to name `to`, where a link stands that
 * the test or the bench has in its hand.
 */
export function detour([from, to]: readonly [number, number]): void {
  const turned = (text: string | undefined): string | undefined => text?.replaceAll(` ${from} typ`, ` ${to} typ`);
  const { addIceCandidate, setRemoteDescription } = RTCPeerConnection.prototype as {
    addIceCandidate(candidate?: RTCIceCandidateInit | null): Promise<void>;
    setRemoteDescription(description: RTCSessionDescriptionInit): Promise<void>;
  };
  RTCPeerConnection.prototype.addIceCandidate = function add(this: RTCPeerConnection, candidate?: RTCIceCandidateInit | RTCIceCandidate | null): Promise<void> {
    const plain = candidate && 'toJSON' in candidate ? candidate.toJSON() : candidate;
    const text = turned(plain?.candidate);
    return addIceCandidate.call(this, plain && { ...plain, ...(text === undefined ? {} : { candidate: text }) });
  };
  RTCPeerConnection.prototype.setRemoteDescription = function set(this: RTCPeerConnection, { type, sdp }: RTCSessionDescriptionInit): Promise<void> {
    return setRemoteDescription.call(this, { type, sdp: turned(sdp) ?? '' });
  };
}
