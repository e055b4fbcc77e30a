"""People's files: what is right is read, and a mistake is answered with its place."""
import json
import tempfile
import unittest
from pathlib import Path

from baker.people import PersonError, read_person

PEOPLE = Path(__file__).parents[1] / 'people'


class People(unittest.TestCase):
    def read(self, change) -> str:
        """The message that a changed copy of a file is refused with."""
        data = json.loads((PEOPLE / 'ava.json').read_text())
        change(data)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / 'ava.json'
            path.write_text(json.dumps(data))
            with self.assertRaises(PersonError) as refused:
                read_person(path)
        return str(refused.exception)

    def test_everyone_is_read(self):
        people = [read_person(path) for path in sorted(PEOPLE.glob('*.json'))]
        self.assertGreaterEqual(len(people), 6)

    def test_mistakes_are_named(self):
        self.assertIn("skin.bass: is not known; did you mean 'base'?", self.read(lambda d: d['skin'].update(bass='#000000')))
        self.assertIn("skin.base: 'red' is no colour", self.read(lambda d: d['skin'].update(base='red')))
        self.assertIn('eyes.size: True is no number', self.read(lambda d: d['eyes'].update(size=True)))
        self.assertIn('hair.style: is missing', self.read(lambda d: d['hair'].pop('style')))
        self.assertIn('identity.ages: the parts add up to 0.5', self.read(lambda d: d['identity'].update(ages={'young': .5})))
        self.assertIn("did you mean 'jawOpen'?", self.read(lambda d: d['rest'].update(jawOpn=.1)))

    def test_nobody(self):
        with self.assertRaisesRegex(PersonError, 'people: ava'):
            read_person(PEOPLE / 'nobody.json')


if __name__ == '__main__':
    unittest.main()
