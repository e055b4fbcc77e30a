import { errors, jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import type { ServerContext } from './config.js';
import { refusal } from './refusal.js';

const ISSUER = 'visavis';
const ALGORITHM = 'HS256';
/** Far above a token with a long list of avatars; longer ones are not worth parsing. */
const MAX_TOKEN_LENGTH = 8192;

const claimsSchema = z.object({ app: z.string().min(1), avatars: z.array(z.string()).optional(), exp: z.number() });

/** What a session token allows. */
export interface TokenGrant {
  readonly appId: string;
  /** Avatars it is limited to; absent means those of the app. */
  readonly avatars?: readonly string[] | undefined;
  /** Unix seconds. */
  readonly expireAt: number;
}

/** Makes and checks session tokens: signed with HMAC-SHA-256, good for any number of sessions until they expire. */
export class TokenSigner {
  readonly #key: Uint8Array;
  readonly #context: ServerContext;

  constructor(context: ServerContext) {
    const { signingSecret } = context.settings;
    this.#key = signingSecret === undefined ? context.randomBytes(32) : new TextEncoder().encode(signingSecret);
    this.#context = context;
  }

  issue({ appId, avatars, expireAt }: TokenGrant): Promise<string> {
    const id = Buffer.from(this.#context.randomBytes(9)).toString('base64url');
    return new SignJWT({ app: appId, ...(avatars && { avatars }) })
      .setProtectedHeader({ alg: ALGORITHM })
      .setIssuer(ISSUER)
      .setJti(id)
      .setExpirationTime(expireAt)
      .sign(this.#key);
  }

  /** Throws `sessionTokenExpired` or `sessionTokenInvalid`. */
  async verify(token: string): Promise<TokenGrant> {
    if (token === '' || token.length > MAX_TOKEN_LENGTH) throw invalid();
    const { app, avatars, exp } = await this.#claims(token);
    return { appId: app, avatars, expireAt: exp };
  }

  async #claims(token: string): Promise<z.output<typeof claimsSchema>> {
    try {
      const currentDate = new Date(this.#context.clock.unixMs());
      const { payload } = await jwtVerify(token, this.#key, { algorithms: [ALGORITHM], issuer: ISSUER, currentDate });
      return claimsSchema.parse(payload);
    } catch (cause) {
      if (cause instanceof errors.JWTExpired) throw refusal('sessionTokenExpired', 'token is expired', 'make a new session token and connect with it', { cause });
      throw invalid(cause);
    }
  }
}

function invalid(cause?: unknown): Error {
  return refusal('sessionTokenInvalid', 'Invalid session token', 'make a session token at the console of this server, and send it whole', { cause });
}
