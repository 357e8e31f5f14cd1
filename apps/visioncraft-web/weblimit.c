/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "weblimit.h"

#include <math.h>

/* Above that many the addresses that have rested enough are forgotten. */
#define ADDRESSES_MAX 1024

typedef struct
{
  double tokens; /* at @at_us */
  gint64 at_us;
} Bucket;

struct _WebLimit
{
  guint per_minute;
  GHashTable *buckets; /* address to Bucket */
};

WebLimit *
web_limit_new (guint per_minute)
{
  WebLimit *limit = g_new0 (WebLimit, 1);

  limit->per_minute = per_minute;
  limit->buckets =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return limit;
}

void
web_limit_free (WebLimit *limit)
{
  g_hash_table_unref (limit->buckets);
  g_free (limit);
}

static void
refill (const WebLimit *limit, Bucket *bucket, gint64 now_us)
{
  double per_us = limit->per_minute / 60.0 / G_USEC_PER_SEC;

  bucket->tokens = MIN (bucket->tokens + (now_us - bucket->at_us) * per_us,
      (double) limit->per_minute);
  bucket->at_us = now_us;
}

static void
forget_rested (WebLimit *limit, gint64 now_us)
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

gboolean
web_limit_allow (
    WebLimit *limit, const char *address, gint64 now_us, guint *ret_wait_s)
{
  Bucket *bucket;

  if (limit->per_minute == 0)
    return TRUE;
  if (g_hash_table_size (limit->buckets) >= ADDRESSES_MAX)
    forget_rested (limit, now_us);
  bucket = g_hash_table_lookup (limit->buckets, address);
  if (bucket == NULL) {
    bucket = g_new0 (Bucket, 1);
    bucket->tokens = limit->per_minute;
    bucket->at_us = now_us;
    g_hash_table_insert (limit->buckets, g_strdup (address), bucket);
  }
  refill (limit, bucket, now_us);
  if (bucket->tokens < 1) {
    *ret_wait_s =
        (guint) ceil ((1 - bucket->tokens) * 60.0 / limit->per_minute);
    return FALSE;
  }
  bucket->tokens -= 1;
  return TRUE;
}
