/** The page of a movie at TMDB. */
export const tmdbPage = (id: number): string => `https://www.themoviedb.org/movie/${id}`;

/** An image of TMDB. @param size such as `w342` @param path such as `/pB8BM7pdSp6B6Ih7QZ4DrQ3PmJK.jpg` */
export const tmdbImage = (size: string, path: string): string => `https://image.tmdb.org/t/p/${size}${path}`;
