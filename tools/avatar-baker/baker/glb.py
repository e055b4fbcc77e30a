"""Writes binary glTF 2.0: meshes with morph targets by name, nodes, one skin, textures. Knows nothing of faces."""
from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np

from .meshes import Array, Mesh

COMPONENT = {'float32': 5126, 'uint8': 5121, 'uint16': 5123, 'uint32': 5125}
VERTICES, INDICES = 34962, 34963
LINEAR, MIPMAPPED, REPEAT = 9729, 9987, 10497


class Glb:
    """A scene that grows by calls; each returns the number that glTF knows the new thing by."""

    def __init__(self, generator: str):
        self._json: dict = dict(asset=dict(version='2.0', generator=generator), scene=0, scenes=[dict(nodes=[])])
        self._bytes = bytearray()

    def _add(self, kind: str, item: dict) -> int:
        self._json.setdefault(kind, []).append(item)
        return len(self._json[kind]) - 1

    def _view(self, data: bytes, target: int | None = None) -> int:
        self._bytes += bytes(-len(self._bytes) % 4)
        view = dict(buffer=0, byteOffset=len(self._bytes), byteLength=len(data))
        self._bytes += data
        return self._add('bufferViews', view | ({'target': target} if target else {}))

    def _accessor(self, values: Array, kind: str, target: int | None = VERTICES, bounds: bool = False) -> int:
        values = np.ascontiguousarray(values)
        item = dict(bufferView=self._view(values.tobytes(), target), componentType=COMPONENT[values.dtype.name],
                    count=len(values), type=kind)
        if bounds:
            item |= dict(min=values.min(0).tolist(), max=values.max(0).tolist())
        return self._add('accessors', item)

    def texture(self, image: bytes, mime: str) -> int:
        """A texture that repeats; `image` is the encoded file. WebP goes into its extension, as viewers expect."""
        if not self._json.get('samplers'):
            self._add('samplers', dict(magFilter=LINEAR, minFilter=MIPMAPPED, wrapS=REPEAT, wrapT=REPEAT))
        source = self._add('images', dict(bufferView=self._view(image), mimeType=mime))
        if mime != 'image/webp':
            return self._add('textures', dict(source=source, sampler=0))
        self._require('EXT_texture_webp', required=True)
        return self._add('textures', dict(sampler=0, extensions=dict(EXT_texture_webp=dict(source=source))))

    def material(self, name: str, entries: dict) -> int:
        for extension in (*entries.get('extensions', {}), *entries.get('normalTexture', {}).get('extensions', {})):
            self._require(extension)
        return self._add('materials', dict(name=name) | entries)

    def _require(self, extension: str, required: bool = False) -> None:
        for key in ('extensionsUsed', 'extensionsRequired') if required else ('extensionsUsed',):
            names = self._json.setdefault(key, [])
            if extension not in names:
                names.append(extension)

    def node(self, name: str, parent: int | None = None, **entries) -> int:
        number = self._add('nodes', dict(name=name) | entries)
        home = self._json['scenes'][0]['nodes'] if parent is None else self._json['nodes'][parent].setdefault('children', [])
        home.append(number)
        return number

    def skin(self, joints: list[int], inverse_binds: Array) -> int:
        """`inverse_binds` (joints, 4, 4), columns first."""
        binds = self._accessor(inverse_binds.reshape(-1, 16).astype('f4'), 'MAT4', None)
        return self._add('skins', dict(joints=joints, skeleton=joints[0], inverseBindMatrices=binds))

    def mesh(self, mesh: Mesh, material: int, joints: Array | None = None, weights: Array | None = None) -> int:
        attributes = dict(POSITION=self._accessor(mesh.positions.astype('f4'), 'VEC3', bounds=True),
                          NORMAL=self._accessor(mesh.normals.astype('f4'), 'VEC3'))
        if mesh.uv is not None:
            attributes['TEXCOORD_0'] = self._accessor((mesh.uv * [1, -1] + [0, 1]).astype('f4'), 'VEC2')
        if mesh.colours is not None:
            attributes['COLOR_0'] = self._accessor(mesh.colours.astype('f4'), f'VEC{mesh.colours.shape[1]}')
        if joints is not None and weights is not None:
            attributes['JOINTS_0'] = self._accessor(joints.astype('u1'), 'VEC4')
            attributes['WEIGHTS_0'] = self._accessor(weights.astype('f4'), 'VEC4')
        indices = self._accessor(mesh.faces.reshape(-1).astype('u4'), 'SCALAR', INDICES)
        primitive = dict(attributes=attributes, indices=indices, material=material)
        item: dict = dict(name=mesh.name, primitives=[primitive])
        if mesh.morphs:
            primitive['targets'] = [self._target(mesh, name) for name in mesh.morphs]
            item |= dict(weights=[0] * len(mesh.morphs), extras=dict(targetNames=list(mesh.morphs)))
        return self._add('meshes', item)

    def _target(self, mesh: Mesh, name: str) -> dict:
        target = dict(POSITION=self._accessor(mesh.morphs[name].astype('f4'), 'VEC3', bounds=True))
        if name in mesh.morph_normals:
            target['NORMAL'] = self._accessor(mesh.morph_normals[name].astype('f4'), 'VEC3')
        return target

    def save(self, path: Path) -> None:
        self._bytes += bytes(-len(self._bytes) % 4)
        head = json.dumps(self._json | dict(buffers=[dict(byteLength=len(self._bytes))]), separators=(',', ':')).encode()
        head += b' ' * (-len(head) % 4)
        total = 12 + 8 + len(head) + 8 + len(self._bytes)
        path.write_bytes(struct.pack('<4sII', b'glTF', 2, total) + struct.pack('<I4s', len(head), b'JSON') + head
                         + struct.pack('<I4s', len(self._bytes), b'BIN\0') + self._bytes)
