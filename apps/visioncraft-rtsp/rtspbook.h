/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rtspgenerate.h"

G_BEGIN_DECLS

/* The generations that the server has, one for each address: it sees to it that
 * an address is generated once however many ask for it, and that there are
 * never more than so many. Safe to use from any thread.
 *
 * A GIF stays until its place is needed: when the book is full, the one that
 * has been out of use for the longest goes. One that is in use, or still being
 * made, does not. Failures are not kept. Entries refer to the book: only
 * rtsp_book_close() lets it go. */
typedef struct _RtspBook RtspBook;

/* @service is copied. @gone is told the id of each GIF that has to go; it must
 * not call the book. */
typedef void (*RtspBookGone) (const char *id, gpointer data);
RtspBook *rtsp_book_new (const RtspService *service, guint max_entries,
    RtspBookGone gone, gpointer data);
RtspBook *rtsp_book_ref (RtspBook *book);
void rtsp_book_unref (RtspBook *book);

/* Cancels what is being made, waits for its end, and refuses from then on. */
void rtsp_book_close (RtspBook *book);

/* One use of a GIF, which keeps it in the book. */
typedef struct _RtspUse RtspUse;

/* Waits for what @address asks for, at most @wait_s seconds; the first one to
 * ask starts the generation, which goes on when nobody waits any longer. NULL
 * and @refusal: as rtsp_generate() has it, or 503 when there is no place, or
 * when the time is over. Transfer full. */
RtspUse *rtsp_book_open (RtspBook *book, const RtspAddress *address,
    guint wait_s, RtspRefusal *refusal);

/* A use of what is there already; NULL where it is not. Transfer full. */
RtspUse *rtsp_book_find (RtspBook *book, const char *id);

void rtsp_use_free (RtspUse *use);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtspUse, rtsp_use_free)

/* Both owned by @use. */
const char *rtsp_use_get_id (RtspUse *use);
GBytes *rtsp_use_get_gif (RtspUse *use);

/* How many GIFs there are or are being made, and how many uses of them; one
 * that waits is a use. */
guint rtsp_book_count_entries (RtspBook *book);
guint rtsp_book_count_uses (RtspBook *book);

G_END_DECLS
