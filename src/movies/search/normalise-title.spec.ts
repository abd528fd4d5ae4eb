import { expect, test } from '@jest/globals';
import { normaliseTitle, titleForms } from './normalise-title.js';
import { titleQueries, tokensOf } from './title-tokens.js';

test.each([
  ['Amélie', 'amelie'],
  ['ＡＫＩＲＡ', 'akira'],
  ['Ocean’s Eleven', 'oceans eleven'],
  ['Fast & Furious', 'fast and furious'],
  ['WALL·E', 'wall e'],
  ['E.T. the Extra-Terrestrial', 'et the extra terrestrial'],
  ['S.W.A.T.', 'swat'],
  ['20,000 Leagues Under the Sea', '20000 leagues under the sea'],
  ['Alien³', 'alien 3'],
  ['Rocky II', 'rocky 2'],
  ['Star Wars: Episode IV', 'star wars episode 4'],
  ['Star Wars: Episode IX', 'star wars episode 9'],
  ['Friday the 13th Part VIII', 'friday the 13th part 8'],
  ['Saw X', 'saw 10'],
  ['I, Robot', 'i robot'],
  ['V for Vendetta', 'v for vendetta'],
  ['xXx', 'xxx'],
  ['The King and I', 'the king and i'],
  ['Mix', 'mix'],
  ['Straße nach Łódź', 'strasse nach lodz'],
  ['Ёлки', 'елки'],
  ['Οδυσσέας', 'οδυσσεασ'],
  ['İstanbul', 'istanbul'],
  ['千と千尋の神隠し', '千と千尋の神隠し'],
  ['ガメラ', 'ガメラ'],
  ['살인의 추억', '살인의추억'],
  ['฿ ฉลาดเกมส์โกง', 'ฉลาดเกมส์โกง'],
  ['???', '???'],
  ['  ', ''],
  ['a\u0000b%_\\c', 'a b c'],
  ['\u0000', ''],
  ['\ud800x', 'x'],
  ['🎬', '🎬'],
])('the title %j is searched as %j', (title, expected) => {
  expect(normaliseTitle(title)).toBe(expected);
});

test('normalising a normalised title changes nothing', () => {
  for (const title of ['Rocky II', 'The X-Files', '살인의 추억', 'E.T.', 'l’été', 'Ǆ ﬃ ㎏', '8½'])
    expect(normaliseTitle(normaliseTitle(title))).toBe(normaliseTitle(title));
});

test.each([
  ['The Matrix', ['the matrix', 'matrix']],
  ["L'avventura", ['lavventura', 'avventura']],
  ['The X-Files', ['the 10 files', 'x files']],
  ['The', ['the']],
  ['The ...', ['the']],
  ['Theatre', ['theatre']],
  ['', []],
])('the title %j has the forms %j', (title, expected) => {
  expect(titleForms(title)).toEqual(expected);
});

test('a script without spaces is found by pairs of characters, the others by words', () => {
  expect(tokensOf('dark knight')).toEqual(['dark', 'knight']);
  expect(tokensOf('千と千尋')).toEqual(['千と', 'と千', '千尋', '尋']);
  expect(tokensOf('スター wars 2')).toEqual(['スタ', 'ター', 'ー', 'wars', '2']);
  expect(tokensOf('2046电影')).toEqual(['2046', '电影', '影']);
});

test.each([
  ['dark kni', "'dark' & 'kni':*", "'dark' & 'kni':*"],
  ['dark k', "'dark' & 'k'", "'dark' & 'k':*"],
  ['k', null, "'k':*"],
  ['千', "'千':*", "'千':*"],
  ['千と千', "'千と' & 'と千'", "'千と' & 'と千'"],
  ["'\\", "'''\\\\':*", "'''\\\\':*"],
])('the words of %j are looked up as %j', (title, indexed, full) => {
  expect(titleQueries(title)).toEqual({ indexed, full });
});

test('a long title is cut to what an index takes', () => {
  const title = normaliseTitle('𠮷'.repeat(10_000));

  expect(title.length).toBeLessThanOrEqual(250);
  expect(title.isWellFormed()).toBe(true);
});
