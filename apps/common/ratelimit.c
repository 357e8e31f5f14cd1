/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ratelimit.h"

#include <math.h>

/* At that many the clients that have rested enough are forgotten. */
#define CLIENTS_MAX 4096

/* Those for whom there is no place even then. */
#define OTHERS ""

#define FORGET_INTERVAL_US G_USEC_PER_SEC

typedef struct
{
  double tokens; /* at @at_us */
  gint64 at_us;
} Bucket;

struct _RateLimit
{
  guint per_minute;
  gint64 forgotten_us;
  GHashTable *buckets; /* client to Bucket */
};

RateLimit *
rate_limit_new (guint per_minute)
{
  RateLimit *limit = g_new0 (RateLimit, 1);

  limit->per_minute = per_minute;
  limit->buckets =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return limit;
}

void
rate_limit_free (RateLimit *limit)
{
  g_hash_table_unref (limit->buckets);
  g_free (limit);
}

static void
refill (const RateLimit *limit, Bucket *bucket, gint64 now_us)
{
  double per_us = limit->per_minute / 60.0 / G_USEC_PER_SEC;

  bucket->tokens = MIN (bucket->tokens + (now_us - bucket->at_us) * per_us,
      (double) limit->per_minute);
  bucket->at_us = now_us;
}

static void
forget_rested (RateLimit *limit, gint64 now_us)
{
  GHashTableIter iter;
  gpointer bucket;

  g_hash_table_iter_init (&iter, limit->buckets);
  while (g_hash_table_iter_next (&iter, NULL, &bucket)) {
    refill (limit, bucket, now_us);
    if (((Bucket *) bucket)->tokens >= limit->per_minute)
      g_hash_table_iter_remove (&iter);
  }
}

static Bucket *
add_bucket (RateLimit *limit, const char *client, gint64 now_us)
{
  Bucket *bucket = g_new0 (Bucket, 1);

  bucket->tokens = limit->per_minute;
  bucket->at_us = now_us;
  g_hash_table_insert (limit->buckets, g_strdup (client), bucket);
  return bucket;
}

static Bucket *
find_bucket (RateLimit *limit, const char *client, gint64 now_us)
{
  Bucket *bucket = g_hash_table_lookup (limit->buckets, client);

  if (bucket != NULL)
    return bucket;
  /* Not at each newcomer: while it is full, nobody rests quickly. */
  if (g_hash_table_size (limit->buckets) >= CLIENTS_MAX
      && now_us - limit->forgotten_us >= FORGET_INTERVAL_US) {
    limit->forgotten_us = now_us;
    forget_rested (limit, now_us);
  }
  if (g_hash_table_size (limit->buckets) < CLIENTS_MAX)
    return add_bucket (limit, client, now_us);
  bucket = g_hash_table_lookup (limit->buckets, OTHERS);
  return bucket != NULL ? bucket : add_bucket (limit, OTHERS, now_us);
}

gboolean
rate_limit_allow (
    RateLimit *limit, const char *client, gint64 now_us, guint *ret_wait_s)
{
  Bucket *bucket;

  if (limit->per_minute == 0)
    return TRUE;
  bucket = find_bucket (limit, client, now_us);
  refill (limit, bucket, now_us);
  if (bucket->tokens < 1) {
    *ret_wait_s =
        (guint) ceil ((1 - bucket->tokens) * 60.0 / limit->per_minute);
    return FALSE;
  }
  bucket->tokens -= 1;
  return TRUE;
}

gboolean
rate_limit_would_allow (RateLimit *limit, const char *client, gint64 now_us)
{
  Bucket *bucket;

  if (limit->per_minute == 0)
    return TRUE;
  bucket = find_bucket (limit, client, now_us);
  refill (limit, bucket, now_us);
  return bucket->tokens >= 1;
}
