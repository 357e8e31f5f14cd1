/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vcbody.h"

#include <string.h>
#ifdef __unix__
#include <sys/mman.h>
#endif

/* Blocks grow from one to the other: a small GIF takes little, a large one few
 * reads. */
#define BLOCK_MIN (32 * 1024)
#define BLOCK_MAX (32 * 1024 * 1024)

/* Blocks from this size on are made of huge pages where the system has such: a
 * megabyte that is received costs more in page faults than in copying. What is
 * not written of them takes no memory. A wrong guess costs speed only. */
#define HUGE_PAGE (2 * 1024 * 1024)

/* How much of what is not a GIF is shown. */
#define QUOTED_BYTES 16

/* How much of a word is shown there that may be half of a secret. */
#define HALF_MAX 4

typedef struct
{
  gatomicrefcount refs;
  guint64 offset; /* of its first byte in the body */
  gsize size, filled;
  guint8 *data; /* right behind, or aligned to a page */
} Block;

struct _VcBody
{
  guint64 max_size; /* 0: any; never changes */

  GMutex lock;
  GCond cond;
  /* All below: lock. */
  GPtrArray *blocks; /* of Block, by offset */
  guint64 size;
  guint64 total;     /* 0: unknown */
  gboolean readable; /* begins like a GIF */
  gboolean taken;    /* some reader has bytes of it */
  gboolean flushing, cancelled, finished;
  GError *error; /* why it finished; NULL: it is whole */
};

static void
block_unref (gpointer data)
{
  Block *block = data;

  if (g_atomic_ref_count_dec (&block->refs))
    g_free (block);
}

static Block *
block_new (guint64 offset, gsize size)
{
  gboolean large = size >= HUGE_PAGE;
  Block *block = g_try_malloc (sizeof (Block) + size + (large ? HUGE_PAGE : 0));

  if (block == NULL)
    return NULL;
  g_atomic_ref_count_init (&block->refs);
  block->offset = offset;
  block->size = size;
  block->filled = 0;
  block->data = (guint8 *) (block + 1);
  if (large)
    block->data += -GPOINTER_TO_SIZE (block->data) % HUGE_PAGE;
#ifdef MADV_HUGEPAGE
  if (large)
    madvise (block->data, size, MADV_HUGEPAGE);
#endif
  return block;
}

gboolean
vc_body_is_gif (const guint8 *data, gsize size)
{
  return size >= VC_GIF_MAGIC_SIZE
      && (memcmp (data, "GIF87a", VC_GIF_MAGIC_SIZE) == 0
          || memcmp (data, "GIF89a", VC_GIF_MAGIC_SIZE) == 0);
}

VcBody *
vc_body_new (guint64 max_size)
{
  VcBody *body = g_new0 (VcBody, 1);

  body->max_size = max_size;
  body->blocks = g_ptr_array_new_with_free_func (block_unref);
  g_mutex_init (&body->lock);
  g_cond_init (&body->cond);
  return body;
}

void
vc_body_free (VcBody *body)
{
  g_ptr_array_unref (body->blocks);
  g_clear_error (&body->error);
  g_mutex_clear (&body->lock);
  g_cond_clear (&body->cond);
  g_free (body);
}

static gboolean
check_size (VcBody *body, guint64 size, GError **error)
{
  if (body->max_size == 0 || size <= body->max_size)
    return TRUE;
  g_set_error (error, VC_ERROR, VC_ERROR_TOO_LARGE,
      "The GIF has more than the %" G_GUINT64_FORMAT
      " bytes that max-size allows.",
      body->max_size);
  return FALSE;
}

gboolean
vc_body_expect (VcBody *body, guint64 total, GError **error)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker =
      g_mutex_locker_new (&body->lock);

  body->total = total;
  return check_size (body, total, error);
}

/* Called with @lock held. */
static Block *
last_block (VcBody *body)
{
  return body->blocks->len > 0
      ? g_ptr_array_index (body->blocks, body->blocks->len - 1)
      : NULL;
}

/* Called with @lock held. */
static gsize
next_block_size (VcBody *body)
{
  Block *last = last_block (body);

  /* More than what is left: the read that meets the end needs room as well. */
  if (body->total > body->size)
    return MIN (body->total - body->size + VC_BODY_ROOM_MIN, BLOCK_MAX);
  return last != NULL ? MIN (last->size * 2, BLOCK_MAX) : BLOCK_MIN;
}

guint8 *
vc_body_reserve (VcBody *body, gsize *ret_size)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker =
      g_mutex_locker_new (&body->lock);
  Block *block = last_block (body);

  if (block == NULL || block->size - block->filled < VC_BODY_ROOM_MIN) {
    block = block_new (body->size, next_block_size (body));
    /* Not in smaller pieces: what is left is for those that cannot do without.
     */
    if (block == NULL)
      return NULL;
    g_ptr_array_add (body->blocks, block);
  }
  *ret_size = block->size - block->filled;
  return block->data + block->filled;
}

/* Bytes as a person can read them: printable ASCII as it is, the rest as \xNN.
 */
static char *
quote_bytes (const guint8 *data, gsize size)
{
  GString *quote = g_string_new (NULL);

  for (gsize i = 0; i < size; i++) {
    if (g_ascii_isprint (data[i]) && data[i] != '\\')
      g_string_append_c (quote, data[i]);
    else
      g_string_append_printf (quote, "\\x%02x", data[i]);
  }
  return g_string_free (quote, FALSE);
}

/* What keys are made of: token68 of RFC 9110 §11.2. */
static gboolean
is_token_byte (guint8 byte)
{
  return g_ascii_isalnum (byte) || (byte != 0 && strchr ("-._~+/=", byte));
}

/* How many of @size bytes a quote may have. A word that goes on behind the quote
 * may be half of a secret: little of it is shown. */
static gsize
quotable_bytes (const guint8 *data, gsize size, gboolean at_end)
{
  gsize n = MIN (size, QUOTED_BYTES);
  gboolean is_cut = n < size ? is_token_byte (data[n]) : !at_end;

  while (is_cut && n > HALF_MAX && is_token_byte (data[n - 1]))
    n--;
  return n;
}

/* Called with @lock held: whether the first bytes, if they are there, are a
 * GIF's. */
static gboolean
check_magic (VcBody *body, gboolean at_end, GError **error)
{
  Block *first =
      body->blocks->len > 0 ? g_ptr_array_index (body->blocks, 0) : NULL;
  gsize filled = first != NULL ? first->filled : 0;
  g_autofree char *quote = NULL;

  if (body->readable || (filled < VC_GIF_MAGIC_SIZE && !at_end))
    return TRUE;
  if (filled > 0 && vc_body_is_gif (first->data, filled)) {
    body->readable = TRUE;
    return TRUE;
  }
  if (filled == 0) {
    g_set_error (
        error, VC_ERROR, VC_ERROR_NOT_GIF, "The image has no bytes at all.");
    return FALSE;
  }
  quote =
      quote_bytes (first->data, quotable_bytes (first->data, filled, at_end));
  g_set_error (error, VC_ERROR, VC_ERROR_NOT_GIF,
      "The image is not a GIF: it begins with \"%s\".", quote);
  return FALSE;
}

gboolean
vc_body_commit (VcBody *body, gsize size, GError **error)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker =
      g_mutex_locker_new (&body->lock);
  Block *block = last_block (body);

  g_assert (block != NULL && size <= block->size - block->filled);
  if (!check_size (body, body->size + size, error))
    return FALSE;
  block->filled += size;
  body->size += size;
  if (block->size - block->filled < VC_BODY_ROOM_MIN)
    g_cond_broadcast (&body->cond);
  return check_magic (body, FALSE, error);
}

void
vc_body_wake (VcBody *body)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker =
      g_mutex_locker_new (&body->lock);

  g_cond_broadcast (&body->cond);
}

/* Called with @lock held: the block with the byte at @offset, which is there.
 */
static Block *
find_block (VcBody *body, guint64 offset)
{
  guint low = 0, high = body->blocks->len;

  while (high - low > 1) {
    guint middle = low + (high - low) / 2;
    Block *block = g_ptr_array_index (body->blocks, middle);

    if (block->offset <= offset)
      low = middle;
    else
      high = middle;
  }
  return g_ptr_array_index (body->blocks, low);
}

gboolean
vc_body_append (VcBody *body, const guint8 *data, gsize size, GError **error)
{
  while (size > 0) {
    gsize room;
    guint8 *space = vc_body_reserve (body, &room);
    gsize length = space != NULL ? MIN (room, size) : 0;

    if (space == NULL) {
      g_propagate_error (error, vc_error_no_memory ());
      return FALSE;
    }
    memcpy (space, data, length);
    if (!vc_body_commit (body, length, error))
      return FALSE;
    data += length;
    size -= length;
  }
  return TRUE;
}

gboolean
vc_body_equals (VcBody *body, guint64 offset, const guint8 *data, gsize size)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker =
      g_mutex_locker_new (&body->lock);

  if (offset > body->size || size > body->size - offset)
    return FALSE;

  while (size > 0) {
    Block *block = find_block (body, offset);
    gsize skip = offset - block->offset;
    gsize length = MIN (block->filled - skip, size);

    if (memcmp (block->data + skip, data, length) != 0)
      return FALSE;
    offset += length;
    data += length;
    size -= length;
  }
  return TRUE;
}

gboolean
vc_body_restart (VcBody *body)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker =
      g_mutex_locker_new (&body->lock);

  if (body->taken)
    return FALSE;
  g_ptr_array_set_size (body->blocks, 0);
  body->size = body->total = 0;
  body->readable = FALSE;
  return TRUE;
}

gboolean
vc_body_check_end (VcBody *body, GError **error)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker =
      g_mutex_locker_new (&body->lock);

  return check_magic (body, TRUE, error);
}

/* Called with @lock held: the byte at @offset; 0 behind the end. */
static guint8
byte_at (VcBody *body, guint64 offset)
{
  Block *block = offset < body->size ? find_block (body, offset) : NULL;

  return block != NULL ? block->data[offset - block->offset] : 0;
}

/* The bytes of the colour table that the flags at @offset announce. */
static guint
colour_table_size (VcBody *body, guint64 offset)
{
  guint8 flags = byte_at (body, offset);

  return flags & 0x80 ? 3 << ((flags & 0x07) + 1) : 0;
}

gboolean
vc_body_has_gif_end (VcBody *body)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker =
      g_mutex_locker_new (&body->lock);
  guint64 at = 13 + colour_table_size (body, 10);

  while (at < body->size) {
    guint8 kind = byte_at (body, at);

    if (kind == 0x3b)
      return TRUE;
    if (kind != 0x21 && kind != 0x2c) {
      /* Decoders go on behind bytes that are no block. */
      at++;
      continue;
    }
    at += kind == 0x21 ? 2 : 11 + colour_table_size (body, at + 9);
    while (byte_at (body, at) != 0)
      at += 1 + byte_at (body, at);
    at++;
  }
  return FALSE;
}

void
vc_body_finish (VcBody *body, const GError *error)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker =
      g_mutex_locker_new (&body->lock);

  body->finished = TRUE;
  if (error != NULL)
    body->error = g_error_copy (error);
  else
    body->total = body->size;
  g_cond_broadcast (&body->cond);
}

/* Called with @lock held: bytes of one block. */
static GBytes *
slice (VcBody *body, guint64 offset, gsize max)
{
  Block *block = find_block (body, offset);
  gsize skip = offset - block->offset;

  g_atomic_ref_count_inc (&block->refs);
  return g_bytes_new_with_free_func (
      block->data + skip, MIN (block->filled - skip, max), block_unref, block);
}

GBytes *
vc_body_peek (VcBody *body, guint64 offset)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker =
      g_mutex_locker_new (&body->lock);

  return offset < body->size ? slice (body, offset, G_MAXSIZE) : NULL;
}

VcReadResult
vc_body_read (
    VcBody *body, guint64 offset, gsize max, GBytes **ret_bytes, GError **error)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker =
      g_mutex_locker_new (&body->lock);

  while (TRUE) {
    if (body->flushing || body->cancelled)
      return VC_READ_FLUSHING;
    if (body->readable && offset < body->size) {
      body->taken = TRUE;
      *ret_bytes = slice (body, offset, max);
      return VC_READ_DATA;
    }
    if (body->finished && body->error == NULL)
      return VC_READ_END;
    if (body->finished) {
      if (error != NULL)
        *error = g_error_copy (body->error);
      return VC_READ_ERROR;
    }
    g_cond_wait (&body->cond, &body->lock);
  }
}

void
vc_body_set_flushing (VcBody *body, gboolean flushing)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker =
      g_mutex_locker_new (&body->lock);

  body->flushing = flushing;
  g_cond_broadcast (&body->cond);
}

void
vc_body_cancel (VcBody *body)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker =
      g_mutex_locker_new (&body->lock);

  body->cancelled = TRUE;
  g_cond_broadcast (&body->cond);
}

guint64
vc_body_get_size (VcBody *body, guint64 *ret_total)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker =
      g_mutex_locker_new (&body->lock);

  if (ret_total != NULL)
    *ret_total = body->total;
  return body->size;
}
