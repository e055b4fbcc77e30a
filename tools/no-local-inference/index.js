/** LiveKit Agents goes on without it: it looks for this module and takes what it throws as "not there". */
throw new Error('@livekit/local-inference is not part of this project: its models are licensed for LiveKit alone');
