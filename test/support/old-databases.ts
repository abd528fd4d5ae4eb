/** What older versions left behind, as SQL. Every one holds three movies and two genres. */

/** v2: one table of movies, one of genres, made by hand. */
export const V2 = `
CREATE TABLE movies (
  id INTEGER PRIMARY KEY, title TEXT, overview TEXT, release_date DATE, vote_average REAL, vote_count INTEGER,
  popularity REAL, poster_url TEXT, backdrop_url TEXT, genres JSON, created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP
);
CREATE TABLE genres (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
INSERT INTO movies VALUES
  (550, 'Fight Club', 'A ticking-time-bomb insomniac…', '1999-10-15', 8.4, 29000, 61.4,
   'https://image.tmdb.org/t/p/w500/p.jpg', NULL, '["Drama", "Thriller"]', '2024-02-29 23:59:59.123456'),
  (551, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '[]', '2024-03-01 00:00:00'),
  (552, 'Ohne Genres', '', '2030-01-01', 0, 0, 0.6, NULL, NULL, NULL, '2024-03-01 00:00:00');
INSERT INTO genres VALUES (18, 'Drama'), (53, 'Thriller');
`;

/** v3: as SQLAlchemy writes it, with what else v3 kept in the same database. */
export const V3 = `
CREATE TABLE movies (
  id INTEGER NOT NULL, title VARCHAR(500) NOT NULL, overview TEXT, release_date DATE, vote_average FLOAT,
  vote_count INTEGER, popularity FLOAT, poster_url VARCHAR(500), backdrop_url VARCHAR(500), genres JSONB,
  "cast" JSONB, crew JSONB, keywords JSONB, runtime INTEGER, budget BIGINT, revenue BIGINT, tagline TEXT,
  similar_movie_ids JSONB, trailer_key VARCHAR(100), original_language VARCHAR(10),
  created_at TIMESTAMP WITHOUT TIME ZONE DEFAULT CURRENT_TIMESTAMP,
  updated_at TIMESTAMP WITHOUT TIME ZONE DEFAULT CURRENT_TIMESTAMP,
  PRIMARY KEY (id)
);
CREATE INDEX ix_movies_popularity ON movies (popularity);
CREATE TABLE genres (id INTEGER NOT NULL, name VARCHAR(100) NOT NULL, PRIMARY KEY (id), UNIQUE (name));
CREATE TABLE pipeline_runs (
  id SERIAL NOT NULL, run_date TIMESTAMP WITHOUT TIME ZONE DEFAULT CURRENT_TIMESTAMP, movies_processed INTEGER,
  status VARCHAR(50), source_categories JSONB, duration_seconds FLOAT, error_message TEXT, PRIMARY KEY (id)
);
CREATE TABLE users (id SERIAL PRIMARY KEY, email VARCHAR(200) UNIQUE, hashed_password VARCHAR(200), is_active BOOLEAN);
INSERT INTO movies VALUES
  (550, 'Fight Club', 'A ticking-time-bomb insomniac…', '1999-10-15', 8.438, 29000, 61.416, 'https://p', 'https://b',
   '["Drama"]', '[{"id": 819, "name": "Edward Norton", "character": "Narrator", "profile_path": null, "order": 0}]',
   '[{"id": 7467, "name": "David Fincher", "job": "Director", "department": "Directing", "profile_path": "/d.jpg"}]',
   '["insomnia", "støy"]', 139, 63000000, 9223372036854775807, 'Mischief. Mayhem. Soap.', '[680, 807]', 'SUXWAEX2jlg',
   'en', '2025-01-02 03:04:05.678901', '2025-06-07 08:09:10'),
  (551, 'Bare', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
   NULL, '2025-01-02 03:04:05', '2025-01-02 03:04:05'),
  (552, 'Empty', '', '2026-01-01', 0, 0, 0, '', '', '[]', '[]', '[]', '[]', 0, 0, 0, '', '[]', '', 'xx',
   '2025-01-02 03:04:05', '2025-01-02 03:04:05');
INSERT INTO genres VALUES (18, 'Drama'), (53, 'Thriller');
INSERT INTO pipeline_runs (run_date, movies_processed, status, source_categories, duration_seconds, error_message) VALUES
  ('2025-06-01 00:00:00', 120, 'SUCCESS', '["popular", "trending"]', 12.5, NULL),
  ('2025-06-02 00:00:00', 0, 'FAILED', '["popular"]', 0.5, 'HTTPError: 401'),
  ('2025-06-03 00:00:00', 40, 'RUNNING', '["popular"]', NULL, NULL);
INSERT INTO users (email, hashed_password, is_active) VALUES ('ada@example.org', '$2b$12$x', true);
`;

/** As \`DataFrame.to_sql\` makes them: no key, wide numbers, text for dates and lists, its own index, rows twice. */
export const PANDAS = `
CREATE TABLE movies (
  index BIGINT, id BIGINT, title TEXT, overview TEXT, release_date TEXT, vote_average DOUBLE PRECISION,
  vote_count DOUBLE PRECISION, popularity DOUBLE PRECISION, poster_url TEXT, backdrop_url TEXT, genres TEXT,
  "cast" TEXT, runtime DOUBLE PRECISION, budget DOUBLE PRECISION, created_at TEXT
);
CREATE INDEX ix_movies_index ON movies (index);
CREATE TABLE genres (id DOUBLE PRECISION, name TEXT);
INSERT INTO movies VALUES
  (0, 550, 'Fight Club', 'nan is how it starts', '1999-10-15', 8.438, 29000, 61.416, 'https://p', '', '["Drama"]',
   $$[{'id': 819, 'name': 'Edward Norton', 'character': "Tyler's \\"friend\\"", 'profile_path': None, 'order': 0}]$$,
   139, 63000000, '2025-01-02 03:04:05.678901'),
  (1, 551, NULL, NULL, '', 'NaN', 'NaN', NULL, NULL, NULL, 'nan', NULL, 'NaN', NULL, '2025-01-02T03:04:05+02:00'),
  (2, 552, 'Twice', NULL, '2026-01-01 00:00:00', 0, 0, 0.5, NULL, NULL, $$['Sci-Fi', "Rock 'n' Roll"]$$, '[]', 0, 0, NULL),
  (2, 552, 'Twice', NULL, '2026-01-01 00:00:00', 0, 0, 0.5, NULL, NULL, $$['Sci-Fi', "Rock 'n' Roll"]$$, '[]', 0, 0, NULL);
INSERT INTO genres VALUES (18, 'Drama'), (53, 'Thriller'), (53, 'Thriller');
`;

/** Grown by hand: columns of our names missing, others added, a key of its own, an identity, odd types and defaults. */
export const BY_HAND = `
CREATE TYPE run_state AS ENUM ('success', 'Failed', 'running', 'completed', 'who knows');
CREATE TABLE movies (
  row_number INTEGER GENERATED ALWAYS AS IDENTITY PRIMARY KEY, id NUMERIC(12) NOT NULL, title CHAR(20) DEFAULT '',
  release_date TIMESTAMPTZ, vote_average NUMERIC(4, 2) NOT NULL DEFAULT 0, popularity REAL, genres TEXT[],
  keywords JSON, adult TEXT, poster_url VARCHAR(60) NOT NULL, updated_at TIMESTAMPTZ, notes TEXT DEFAULT 'none',
  overview TEXT GENERATED ALWAYS AS ('soon') STORED,
  stars INTEGER GENERATED ALWAYS AS (length('*****')) STORED
);
CREATE TABLE genres (name TEXT, id SMALLINT UNIQUE);
CREATE TABLE pipeline_runs (
  id BIGINT GENERATED ALWAYS AS IDENTITY, run_date TIMESTAMPTZ, movies_processed SMALLINT, status run_state, host INET
);
INSERT INTO movies (id, title, release_date, vote_average, popularity, genres, keywords, adult, poster_url, updated_at, notes)
VALUES
  (550, 'Fight Club', '1999-10-15 00:00:00+00', 8.44, 61.4, '{Drama,"Film Noir"}', '["soap"]', 'False', 'https://p',
   '2025-01-02 03:04:05+02', 'seen'),
  (551, NULL, NULL, 0, NULL, NULL, NULL, NULL, '', NULL, NULL),
  (552, 'Third', NULL, 0, 'NaN', '{}', 'null', 't', '', '2025-01-02 03:04:05+00', 'none');
INSERT INTO genres VALUES ('Drama', 18), (NULL, 53);
INSERT INTO pipeline_runs (run_date, movies_processed, status) VALUES
  ('2025-06-01 02:00:00+02', 120, 'success'), ('2025-06-02 00:00:00+00', NULL, 'Failed'), (NULL, 40, 'running'),
  ('2025-06-04 00:00:00+00', 1, 'completed'), ('2025-06-05 00:00:00+00', 1, 'who knows'), ('2025-06-06 00:00:00+00', 1, NULL);
`;
