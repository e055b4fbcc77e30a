import { Avatar, Captions, useAvatar, useAvatarState } from '@visavis/react';

async function getTicket() {
  const answer = await fetch('/api/ticket', { method: 'POST' }); // of your backend
  return answer.json(); // { url, ticket }
}

export function Assistant() {
  const avatar = useAvatar();
  const { presence, connection, audio } = useAvatarState(avatar);
  return (
    <main>
      <Avatar
        avatar={avatar}
        avatarId="ava"
        label="Ava, your assistant"
        getTicket={getTicket}
        style={{ height: 480 }}
        loading={(progress) => <progress value={progress} />}
        fallback={(error, retry) => <button onClick={retry}>Try again ({error.code})</button>}
        onError={reportError}
      >
        <Captions className="captions" />
      </Avatar>
      {audio === 'locked' && <button onClick={avatar.unlock}>Tap for sound</button>}
      <button disabled={connection !== 'connected'} onClick={() => avatar.sendText('Good morning!')}>Say hello</button>
      <button disabled={presence !== 'speaking'} onClick={() => avatar.interrupt()}>Stop</button>
    </main>
  );
}
