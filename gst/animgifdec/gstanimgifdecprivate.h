/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gstanimgifdec.h"

#include "animgifinput.h"
#include "animgifoutput.h"
#include "animgifsettings.h"

G_BEGIN_DECLS

/* Why no more bytes will come for this file. */
typedef enum
{
  INPUT_OPEN,
  INPUT_EOS,  /* upstream is at its end, and so shall downstream be */
  INPUT_NEXT, /* another file follows */
} InputEnd;

/* GIF89a §23 counts in hundredths of a second. */
#define ANIM_GIF_CENTISECOND (10 * GST_MSECOND)

/* An error that was posted already. */
#define ANIM_GIF_FLOW_POSTED GST_FLOW_CUSTOM_ERROR

/* One picture on its way out. */
typedef struct
{
  guint n;
  guint next;              /* frame behind it; n + 1, unless some are skipped */
  gboolean complete;       /* all of its data is in the file */
  gboolean stays;          /* the next tick shows it too */
  gboolean goes_back;      /* what lies before it is shown next */
  GstClockTime start, end; /* stream time, inside the segment */
} AnimGifShown;

/* The decoder's files, each with its part of what is below:
 *
 *   gstanimgifdec.c          the type, its properties and states
 *   gstanimgifdecsink.c      the sink pad: takes bytes and events in
 *   gstanimgifdecsrc.c       the source pad: seeks, queries, QoS
 *   gstanimgifdectask.c      its task: pushes everything that leaves
 *   gstanimgifdecframe.c     one frame on its way out
 *   gstanimgifdectimeline.c  which frame comes when
 *
 * Each calls only those below it. Lock order: stream lock of the sink pad,
 * stream lock of the source pad, @lock, then the object lock and the lock
 * inside @input. Nothing is pushed or posted under @lock. */
struct _GstAnimGifDec
{
  GstElement parent;

  GstPad *sinkpad;
  GstPad *srcpad;

  AnimGifSettings settings; /* object lock */

  AnimGifInput *input; /* locks for itself */

  GMutex lock;
  GCond cond; /* anything of the following changed */

  /* @lock: what the sink side found. */
  AnimGifSettings active; /* @settings as they were at the start */
  GifInfo info;
  InputEnd end;
  GQueue events;       /* GstEvent: serialized ones still to be pushed */
  gboolean told;       /* that more than one file is in the stream */
  gboolean has_stream; /* STREAM_START came since READY */
  gboolean have_group;
  guint group_id;
  GstClockTime
      next_base; /* running time at which a file right after this begins */

  /* @lock: what stops the task. */
  gboolean src_active;
  gboolean sink_flushing;
  guint n_holds;      /* who wants the task to stand still */
  gboolean refused;   /* the sink side found that this is not for us */
  GstFlowReturn flow; /* OK, or why nothing more is pushed */
  gboolean finished;  /* everything of @segment is pushed */

  /* @lock: where the source side stands. */
  gboolean started;         /* CAPS went out */
  gboolean segment_pending; /* @segment is yet to be pushed */
  gboolean arriving;        /* the first one since the file or a flush */
  gboolean discont;
  GstSegment upstream; /* in TIME, else without a format */
  GstClockTime origin; /* stream time at which the file begins */
  GstSegment segment;  /* in the file's own time, from 0 */
  guint32 segment_seqnum;
  guint32 seek_seqnum;  /* of the last seek, GST_SEQNUM_INVALID before */
  guint64 pass;         /* number of the play, from 0 */
  guint64 n_begun;      /* plays that are shown whatever loop-count says now */
  guint frame;          /* next one to push */
  guint64 fps_n, fps_d; /* constant rate; 0/1: each frame once */
  guint64 tick;         /* of the constant rate: next one to push */
  GstClockTime
      earliest_time; /* running time; frames that end earlier are late */
  double proportion;
  guint64 n_pushed;
  guint64 n_dropped;

  /* Streaming thread of the source pad. */
  AnimGifOutput *output;
  AnimGifPicture picture; /* as downstream knows it */
  gboolean warned;        /* about damaged images */
  gboolean wants_rate;    /* downstream refused a variable one */
  guint n_comments_sent;
  gboolean fresh;  /* downstream has no buffer of these caps and segment */
  GstBuffer *kept; /* at a constant rate: frame @n_kept, to repeat */
  guint n_kept;
  GstTagList *upstream_tags;
};

/* ---- gstanimgifdecsink.c ---- */

GstFlowReturn gst_anim_gif_dec_sink_chain (
    GstPad *pad, GstObject *parent, GstBuffer *buffer);
gboolean gst_anim_gif_dec_sink_event (
    GstPad *pad, GstObject *parent, GstEvent *event);

/* Forgets the file and the events that came with it. The task and upstream
 * stand still. */
void gst_anim_gif_dec_forget_file (GstAnimGifDec *self);

/* ---- gstanimgifdecsrc.c ---- */

gboolean gst_anim_gif_dec_src_activate_mode (
    GstPad *pad, GstObject *parent, GstPadMode mode, gboolean active);
gboolean gst_anim_gif_dec_src_event (
    GstPad *pad, GstObject *parent, GstEvent *event);
gboolean gst_anim_gif_dec_src_query (
    GstPad *pad, GstObject *parent, GstQuery *query);

/* Makes the task stand still, whatever it waits for but downstream, and takes
 * the source pad's stream lock. */
void gst_anim_gif_dec_hold_task (GstAnimGifDec *self);

/* Undoes that. The task runs on, if @start and the pad is active. */
void gst_anim_gif_dec_release_task (GstAnimGifDec *self, gboolean start);

/* Called with @lock held and the task standing still: back to before the first
 * frame, for a new file that begins at running time @base. */
void gst_anim_gif_dec_reset_output (GstAnimGifDec *self, GstClockTime base);

/* ---- gstanimgifdectask.c ---- */

/* The task's function: waits until something can be done, and does that. */
void gst_anim_gif_dec_loop (GstPad *pad);

/* ---- gstanimgifdecframe.c ---- */

/* Posts that pictures find no memory. Returns: ANIM_GIF_FLOW_POSTED. */
GstFlowReturn gst_anim_gif_dec_post_no_memory (GstAnimGifDec *self);

/* Streaming thread. Draws the next frame on the way to @shown; once that one is
 * drawn, pushes it and moves on. One that would come too late is passed over
 * instead. */
GstFlowReturn gst_anim_gif_dec_show_frame (
    GstAnimGifDec *self, const AnimGifShown *shown);

/* ---- gstanimgifdectimeline.c, all called with @lock held ---- */

/* Length of all plays in nanoseconds; NONE for ever or not known yet. */
GstClockTime gst_anim_gif_dec_get_total (GstAnimGifDec *self);

/* Where playing backwards begins unless a seek says where: at the end of all
 * plays, or of the first one where there is no end. NONE: not known yet. */
GstClockTime gst_anim_gif_dec_get_last (GstAnimGifDec *self);

/* Where the segment lasts to the end of all plays, which was at @before, it does
 * so again. Returns: whether the end is another one now. */
gboolean gst_anim_gif_dec_follow_total (
    GstAnimGifDec *self, GstClockTime before);

/* Changes how often the animation is shown, at the earliest after the present
 * play. Returns: whether the end is another one now. */
gboolean gst_anim_gif_dec_set_loop_count (GstAnimGifDec *self, int loop_count);

/* Brings the segment within what is known by now. */
void gst_anim_gif_dec_settle_segment (GstAnimGifDec *self);

/* Goes to the frame that @position lies in; while the file still comes in, to
 * the first one. */
void gst_anim_gif_dec_go_to (GstAnimGifDec *self, GstClockTime position);

/* Goes on to a frame, at a constant rate to a tick, of which the segment shows
 * anything. FALSE: there is none, or none yet when *@over is FALSE. */
gboolean gst_anim_gif_dec_find_frame (
    GstAnimGifDec *self, AnimGifShown *shown, gboolean *over);

/* Moves on behind @shown, as found. */
void gst_anim_gif_dec_pass_frame (
    GstAnimGifDec *self, const AnimGifShown *shown);

G_END_DECLS
