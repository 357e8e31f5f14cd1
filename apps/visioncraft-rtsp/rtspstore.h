/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rtspgenerate.h"

G_BEGIN_DECLS

/* The generations that the server has, one for each address: it sees to it that
 * an address is generated once however many ask for it, and that there are
 * never more than so many. Safe to use from any thread.
 *
 * A GIF stays until its place is needed: when the store is full, the one that
 * has been out of use for the longest goes. One that is in use, or still being
 * made, does not. Failures are not kept. Entries refer to the store: only
 * rtsp_store_close() lets it go. */
typedef struct _RtspStore RtspStore;

typedef struct
{
  guint max_entries; /* GIFs that are kept or made */
  guint max_jobs;    /* generations at once; others wait for their turn */
  guint rate;        /* generations a minute for each client; 0: no limit */
  guint total_rate;  /* and for all of them */
} RtspLimits;

/* @service and @limits are copied. @gone gets the id of each GIF that has to
 * go; it must not call the store. */
typedef void (*RtspStoreGone) (const char *id, gpointer data);
RtspStore *rtsp_store_new (const RtspService *service, const RtspLimits *limits,
    RtspStoreGone gone, gpointer data);
RtspStore *rtsp_store_ref (RtspStore *store);
void rtsp_store_unref (RtspStore *store);

/* Cancels what is being made, waits for its end, and refuses from then on. */
void rtsp_store_close (RtspStore *store);

/* One use of a GIF, which keeps it in the store. */
typedef struct _RtspUse RtspUse;

/* Who asks. */
typedef struct
{
  const char *key; /* under which limits count him, see clientkey.h */
  gboolean (*is_there) (gpointer data); /* asked while he waits */
  gpointer data;
} RtspAsker;

/* Waits for what @address asks for, at most @wait_s seconds; the first one to
 * ask starts the generation, which goes on when nobody waits any longer, unless
 * all have left before the service was asked. NULL and @refusal: as
 * rtsp_generate() has it, or 503 when there is no place, when @asker or all
 * together ask too often, or when the time is over. Transfer full. */
RtspUse *rtsp_store_open (RtspStore *store, const RtspAddress *address,
    const RtspAsker *asker, guint wait_s, RtspRefusal *refusal);

/* A use of what is there already; NULL where it is not. Transfer full. */
RtspUse *rtsp_store_find (RtspStore *store, const char *id);

void rtsp_use_free (RtspUse *use);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtspUse, rtsp_use_free)

/* Both owned by @use. */
const char *rtsp_use_get_id (RtspUse *use);
GBytes *rtsp_use_get_gif (RtspUse *use);

/* How many GIFs there are or are being made, and how many uses of them; one
 * that waits is a use. */
guint rtsp_store_count_entries (RtspStore *store);
guint rtsp_store_count_uses (RtspStore *store);

G_END_DECLS
