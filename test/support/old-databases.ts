/** What v2 and v3 left behind, as SQL. Every database holds the movies 550 to 552 and the genres 18 and 53. */

/** v2's own DDL: no enrichment, no runs. */
export const V2 = `
CREATE TABLE movies (
  id INTEGER PRIMARY KEY, title VARCHAR(500), overview TEXT, release_date DATE, vote_average REAL, vote_count INTEGER,
  popularity FLOAT, poster_url VARCHAR(500), backdrop_url VARCHAR(500), genres JSON,
  created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP
);
CREATE TABLE genres (id INTEGER PRIMARY KEY, name VARCHAR(100));
INSERT INTO movies VALUES
  (550, 'Fight Club', 'A ticking-time-bomb insomniac…', '1999-10-15', 8.4, 29000, 61.416,
   'https://image.tmdb.org/t/p/w500/p.jpg', NULL, '["Drama", "Thriller"]', '2024-02-29 23:59:59.123456'),
  (551, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '[]', '2024-03-01 00:00:00'),
  (552, 'Ohne Genres', '', '2030-01-01', 0, 0, 0.6, NULL, NULL, NULL, NULL);
INSERT INTO genres VALUES (18, 'Drama'), (53, 'Thriller');
`;

/** v3's own DDL, and a run that was going on when v3 ended. */
export const V3 = `
CREATE TABLE movies (
  id INTEGER PRIMARY KEY, title VARCHAR(500), overview TEXT, release_date DATE, vote_average FLOAT, vote_count INTEGER,
  popularity FLOAT, poster_url VARCHAR(500), backdrop_url VARCHAR(500), genres JSONB, "cast" JSONB, crew JSONB,
  keywords JSONB, runtime INTEGER, budget BIGINT, revenue BIGINT, tagline TEXT, similar_movie_ids JSONB,
  trailer_key VARCHAR(100), original_language VARCHAR(10), created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
  updated_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP
);
CREATE TABLE genres (id INTEGER PRIMARY KEY, name VARCHAR(100));
CREATE TABLE pipeline_runs (
  id SERIAL PRIMARY KEY, run_date TIMESTAMP DEFAULT CURRENT_TIMESTAMP, movies_processed INTEGER, status VARCHAR(50),
  source_categories JSONB, duration_seconds FLOAT, error_message TEXT
);
INSERT INTO movies VALUES
  (550, 'Fight Club', 'A ticking-time-bomb insomniac…', '1999-10-15', 8.438, 29000, 61.416, 'https://p', 'https://b',
   '["Drama"]', '[{"name": "Edward Norton", "character": "Narrator", "profile_path": null}]',
   '[{"name": "David Fincher", "job": "Director"}]', '["insomnia", "støy"]', 139, 63000000, 9223372036854775807,
   'Mischief. Mayhem. Soap.', '[680, 807]', 'SUXWAEX2jlg', 'en', '2025-01-02 03:04:05.678901', '2025-06-07 08:09:10'),
  (551, 'Bare', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
   NULL, '2025-01-02 03:04:05', '2025-01-02 03:04:05'),
  (552, 'Empty', '', '2026-01-01', 0, 0, 0, '', '', '[]', '[]', '[]', '[]', 0, 0, 0, '', '[]', '', 'xx',
   '2025-01-02 03:04:05', '2025-01-02 03:04:05');
INSERT INTO genres VALUES (18, 'Drama'), (53, 'Thriller');
INSERT INTO pipeline_runs (run_date, movies_processed, status, source_categories, duration_seconds, error_message) VALUES
  ('2025-06-01 00:00:00', 120, 'SUCCESS', '["popular", "trending"]', 12.5, NULL),
  ('2025-06-02 00:00:00', NULL, 'FAILED', '["popular"]', 0.5, 'HTTPError: 401'),
  ('2025-06-03 00:00:00', 40, 'RUNNING', '["popular"]', NULL, NULL);
`;

/**
 * What SQLAlchemy makes of v3's models, with tables and a column of the application around them. The times have no
 * default, so rows that v3 inserted by SQL have none.
 */
export const SQLALCHEMY = `
CREATE TABLE movies (
  id SERIAL NOT NULL, title VARCHAR(500) NOT NULL, overview TEXT, release_date DATE, vote_average FLOAT,
  vote_count INTEGER, popularity FLOAT, poster_url VARCHAR(500), backdrop_url VARCHAR(500), genres JSON, "cast" JSON,
  crew JSON, keywords JSON, runtime INTEGER, budget INTEGER, revenue BIGINT, tagline VARCHAR(500),
  similar_movie_ids JSON, trailer_key VARCHAR(100), original_language VARCHAR(10), embedding FLOAT[],
  created_at TIMESTAMP WITHOUT TIME ZONE, updated_at TIMESTAMP WITHOUT TIME ZONE, CONSTRAINT pk_movies PRIMARY KEY (id)
);
CREATE INDEX ix_movies_id ON movies (id);
CREATE TABLE genres (id SERIAL NOT NULL, name VARCHAR(100) NOT NULL, PRIMARY KEY (id));
CREATE TABLE pipeline_runs (
  id SERIAL NOT NULL, run_date TIMESTAMP WITHOUT TIME ZONE NOT NULL, movies_processed INTEGER, status VARCHAR(50),
  source_categories JSON, duration_seconds FLOAT, error_message TEXT, PRIMARY KEY (id)
);
CREATE INDEX ix_pipeline_runs_id ON pipeline_runs (id);
CREATE TABLE users (id SERIAL NOT NULL, email VARCHAR(255) NOT NULL, PRIMARY KEY (id));
CREATE UNIQUE INDEX ix_users_email ON users (email);
CREATE TABLE watchlist (
  id SERIAL NOT NULL, user_id INTEGER NOT NULL, movie_id INTEGER NOT NULL, PRIMARY KEY (id),
  FOREIGN KEY(user_id) REFERENCES users (id), FOREIGN KEY(movie_id) REFERENCES movies (id)
);
INSERT INTO movies (id, title, genres, "cast", keywords, budget, embedding, created_at, updated_at) VALUES
  (550, 'Fight Club', '["Drama"]', '[{"name": "Edward Norton"}]', '["soap"]', 63000000, '{0.5,-1}',
   '2025-01-02 03:04:05.678901', '2025-06-07 08:09:10'),
  (551, 'No details', '[]', 'null', NULL, NULL, NULL, '2025-01-02 03:04:05', NULL),
  (552, 'Inserted by SQL', '["Drama"]', NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO genres VALUES (18, 'Drama'), (53, 'Thriller');
INSERT INTO pipeline_runs (run_date, movies_processed, status, source_categories) VALUES
  ('2025-06-01 00:00:00', 120, 'SUCCESS', '["popular"]'), ('2025-06-03 00:00:00', NULL, 'RUNNING', '["popular"]');
INSERT INTO users (email) VALUES ('ada@example.org');
INSERT INTO watchlist (user_id, movie_id) VALUES (1, 550);
`;

/**
 * What \`DataFrame.to_sql\` writes where no table was made before: its index, no key, numbers as floats once one is
 * missing, a column without any value as floats, JSON as text, a list as PostgreSQL writes an array.
 */
export const PANDAS = `
CREATE TABLE movies (
  index BIGINT, id BIGINT, title TEXT, overview TEXT, release_date TIMESTAMP WITHOUT TIME ZONE, vote_average FLOAT(53),
  vote_count BIGINT, popularity FLOAT(53), poster_url TEXT, backdrop_url FLOAT(53), genres TEXT, "cast" TEXT,
  keywords TEXT, similar_movie_ids TEXT, runtime FLOAT(53), budget FLOAT(53), tagline FLOAT(53)
);
CREATE INDEX ix_movies_index ON movies (index);
CREATE TABLE genres (id BIGINT, name TEXT);
CREATE TABLE pipeline_runs (
  id BIGINT, run_date TIMESTAMP WITHOUT TIME ZONE, movies_processed FLOAT(53), status TEXT, source_categories TEXT,
  duration_seconds FLOAT(53)
);
INSERT INTO movies VALUES
  (0, 550, 'Fight Club', 'nan is how it starts', '1999-10-15 00:00:00', 8.438, 29000, 61.416, 'https://p', NULL,
   '["Drama"]', '[{"name": "Edward Norton", "character": "Tyler''s \\u201cfriend\\u201d"}]', '{soap,"rock ''n'' roll"}',
   '{680,807}', 139, 63000000, NULL),
  (1, 551, NULL, NULL, NULL, 'NaN', 3, NULL, NULL, NULL, '[]', NULL, NULL, NULL, 'NaN', NULL, NULL),
  (2, 552, 'Empty', '', '2026-01-01 00:00:00', 0, 0, 0.5, '', NULL, 'NaN', '', '{}', '[]', 0, 0, NULL);
INSERT INTO genres VALUES (18, 'Drama'), (53, 'Thriller');
INSERT INTO pipeline_runs VALUES
  (7, '2025-06-01 00:00:00', 120, 'SUCCESS', '["popular"]', 12.5), (8, NULL, NULL, 'RUNNING', NULL, 'NaN');
`;
