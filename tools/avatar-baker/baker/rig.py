"""Puts the parts of a person together: nodes Chest, Neck, Head and eyes, skinning, materials, one GLB."""
from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from PIL import Image

from .body import Body
from .brows import brow_image, brow_material, brow_tint, brows
from .cloth import ClothResult, sew
from .eyes import eye_image, eye_materials, eye_shade, eyeball
from .glb import Glb
from .hair import HairResult, grow
from .lashes import lash_image, lash_material, lashes
from .light import openness
from .lids import lid_rims
from .meshes import Array, Mesh, compact, vertex_normals
from .people import Colour, Person
from .skin import SkinImages, canvas, paint_skin
from .source import Source
from .surface import Surface
from .teeth import teeth, teeth_material
from .texels import Unwrapped, rasterise, unwrap
from .tongue import tongue, tongue_material

COLOUR_QUALITY, DATA_QUALITY = 86, 80
"""of WebP"""


class Workshop:
    """Makes one person's parts and hangs them on the rig."""

    def __init__(self, source: Source, body: Body, person: Person, progress=lambda step: None):
        self._source, self._body, self._person, self._progress = source, body, person, progress
        self._glb = Glb('visavis avatar-baker')
        self._surface = Surface(body)
        self._textures: dict[int, tuple[Image.Image, int]] = {}
        """the images are kept, for numbers of dead objects are given again"""

    def save(self, path: Path) -> None:
        body, person = self._body, self._person
        self._progress('hair')
        hair = grow(body, person)
        self._progress('cloth')
        cloth = sew(body, person)
        self._progress('light')
        light = openness(body, person.seed)
        self._progress('skin')
        sheet, rims = unwrap(body), lid_rims(body, self._surface)
        texels = rasterise(body, sheet, light, person.texture)
        painted = paint_skin(canvas(self._source, body, person, texels, rims, hair.scalp, brow_tint(body, person)))
        self._progress('assembly')
        self._nodes()
        self._face(sheet, painted, cloth.hides)
        self._eyes(rims)
        self._mouth()
        self._dress(hair, cloth)
        self._glb.save(path)

    def _nodes(self) -> None:
        marks, glb = self._body.landmarks, self._glb
        self._root = glb.node('Avatar')
        chest = glb.node('Chest', self._root)
        neck = glb.node('Neck', chest, translation=marks.neck.tolist())
        self._head = glb.node('Head', neck, translation=(marks.head - marks.neck).tolist())
        binds = np.stack([np.eye(4)] * 3)
        binds[1, 3, :3], binds[2, 3, :3] = -marks.neck, -marks.head
        self._skin = glb.skin([chest, neck, self._head], binds)

    def _image(self, image: Image.Image, quality: int) -> int:
        """The texture of an image; one that two materials share goes in once."""
        if id(image) not in self._textures:
            data = io.BytesIO()
            image.save(data, 'WEBP', quality=quality, method=4)
            self._textures[id(image)] = image, self._glb.texture(data.getvalue(), 'image/webp')
        return self._textures[id(image)][1]

    def _material(self, name: str, entries: dict, colour: Image.Image | None = None, normal: Image.Image | None = None) -> int:
        """A material; the images are put into its entries."""
        entries = dict(entries)
        if colour is not None:
            surface = dict(entries.get('pbrMetallicRoughness', {}))
            entries['pbrMetallicRoughness'] = surface | dict(baseColorTexture=dict(index=self._image(colour, COLOUR_QUALITY)))
        if normal is not None:
            entries['normalTexture'] = entries.get('normalTexture', {}) | dict(index=self._image(normal, DATA_QUALITY))
        return self._glb.material(name, entries)

    def _skinned(self, mesh: Mesh, material: int) -> None:
        joints, weights = skin_weights(self._body, mesh.positions)
        self._glb.node(mesh.name, self._root, mesh=self._glb.mesh(mesh, material, joints, weights), skin=self._skin)

    def _on_head(self, mesh: Mesh, material: int) -> None:
        place = -self._body.landmarks.head
        self._glb.node(mesh.name, self._head, mesh=self._glb.mesh(mesh, material), translation=place.tolist())

    def _face(self, sheet: Unwrapped, painted: SkinImages, hides: Array) -> None:
        surface = self._image(_picture(painted.surface), DATA_QUALITY)
        colour, normal = (self._image(_picture(i), q) for i, q in ((painted.colour, COLOUR_QUALITY), (painted.normal, DATA_QUALITY)))
        material = self._glb.material('Skin', dict(
            pbrMetallicRoughness=dict(baseColorTexture=dict(index=colour), metallicRoughnessTexture=dict(index=surface),
                                      metallicFactor=0, roughnessFactor=1),
            occlusionTexture=dict(index=surface, strength=.8), normalTexture=dict(index=normal, scale=.55)))
        shown = sheet.skin[~hides[sheet.vertices][sheet.skin].all(1)]
        self._skinned(_skin_mesh(self._body, sheet, shown), material)
        lining = self._glb.material('MouthInner', dict(doubleSided=True, pbrMetallicRoughness=dict(
            metallicFactor=0, roughnessFactor=.55),
            extensions=dict(KHR_materials_specular=dict(specularFactor=.4))))
        self._skinned(_lining_mesh(self._body, sheet, self._person.skin.lip), lining)

    def _eyes(self, rims) -> None:
        body, person = self._body, self._person
        looks = eye_materials()
        material = self._material('Eye', looks['Eye'], eye_image(person.eyes, person.seed))
        for side, eye in body.eyes.items():
            self._eye(eyeball(f'Ball{side}', eye, person.eyes.size), side, eye.centre, material)
        self._on_head(eye_shade(body, rims), self._material('EyeOccl', looks['EyeOccl']))
        self._on_head(lashes(body, person, rims), self._material('Lash', lash_material(), lash_image(person.eyes, person.seed)))
        self._on_head(brows(body, self._surface, person), self._material('Brow', brow_material(), brow_image(person.brows, person.seed)))

    def _eye(self, ball: Mesh, side: str, centre: Array, material: int) -> None:
        """A node of its own to turn about: packing moves the origin of what bears a mesh to the middle of the mesh."""
        pivot = self._glb.node(f'Eye{side}', self._head, translation=(centre - self._body.landmarks.head).tolist())
        self._glb.node(ball.name, pivot, mesh=self._glb.mesh(ball, material))

    def _mouth(self) -> None:
        self._on_head(teeth(self._body, self._person), self._material('Teeth', teeth_material()))
        self._on_head(tongue(self._body, self._person), self._material('Tongue', tongue_material()))

    def _dress(self, hair: HairResult, cloth: ClothResult) -> None:
        for mesh in hair.meshes:
            self._on_head(mesh, self._material(mesh.material, hair.finish.get(mesh.material, {}), hair.images.get(mesh.material)))
        for mesh in cloth.meshes:
            material = self._material(mesh.material, cloth.finish.get(mesh.material, {}), cloth.images.get(mesh.material),
                                      cloth.normal_images.get(mesh.material))
            self._skinned(mesh, material)


def _picture(values: Array) -> Image.Image:
    return Image.fromarray((values * 255).clip(0, 255).round().astype('u1'))


def skin_weights(body: Body, places: Array) -> tuple[Array, Array]:
    """Joints (n, 4) and weights (n, 4) of chest, neck and head, by height along the neck; the jaw's side belongs to the head."""
    neck = body.landmarks.neck
    height = places[:, 1] - (neck[1] - .015) + .25 * (places[:, 2] - neck[2])
    on_neck, on_head = _step(height, -.035, .035), _step(height, .025, .095)
    weights = np.stack([1 - on_neck, on_neck * (1 - on_head), on_neck * on_head, 0 * on_neck], -1)
    return np.tile([0, 1, 2, 0], (len(places), 1)), weights


def _step(x: Array, low: float, high: float) -> Array:
    t = np.clip((x - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def _skin_mesh(body: Body, sheet: Unwrapped, faces: Array) -> Mesh:
    used, faces = compact(faces)
    vertices = sheet.vertices[used]
    bent = {name: (vertex_normals(body.positions + move, body.faces) - body.normals)[vertices] for name, move in body.morphs.items()}
    moved = {name: np.abs(move[vertices]).max(1, keepdims=True) > 2e-6 for name, move in body.morphs.items()}
    return Mesh('Face', 'Skin', body.positions[vertices], body.normals[vertices], faces, sheet.uv[used], None,
                {name: move[vertices] * moved[name] for name, move in body.morphs.items()}, bent)


DEEP = np.array([.115, .024, .022])
"""colour of the throat, linear"""


def _lining_mesh(body: Body, sheet: Unwrapped, lip: Colour) -> Mesh:
    """The mouth's inside: takes over from the lips in their colour and grows dark with depth."""
    used, faces = compact(sheet.lining)
    vertices = sheet.vertices[used]
    place = body.positions[vertices]
    depth = np.clip((body.landmarks.lips[2] + .004 - place[:, 2:]) / .075, 0, 1)
    rim = np.exp(-(depth / .16) ** 2)
    colours = (lip.linear * .72) * rim + DEEP * (1 - rim) * np.clip(1.25 - 1.1 * depth, .2, 1)
    moves = {name: move[vertices] for name, move in body.morphs.items() if np.abs(move[vertices]).max() > 1e-6}
    return Mesh('MouthInner', 'MouthInner', place, body.normals[vertices], faces, None, colours, moves)
