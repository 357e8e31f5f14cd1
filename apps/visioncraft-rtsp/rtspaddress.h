/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/rtsp/gstrtspdefs.h>

G_BEGIN_DECLS

/* Where the server answers: "/gif?prompt=…", and "/gif/ID" for what is there. */
#define RTSP_ADDRESS_PATH "/gif"

/* The longest prompt and negative prompt, in characters. */
#define RTSP_ADDRESS_MAX_PROMPT 1000

/* Why a request is not answered. Starts as { 0 }. */
typedef struct
{
  GstRTSPStatusCode code;
  char *reason;        /* a sentence for people */
  guint retry_after_s; /* 0: not said */
} RtspRefusal;

void rtsp_refusal_clear (RtspRefusal *refusal);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (RtspRefusal, rtsp_refusal_clear)

/* Always FALSE. */
gboolean rtsp_refuse (RtspRefusal *refusal, GstRTSPStatusCode code,
    const char *format, ...) G_GNUC_PRINTF (3, 4);

/* What an address asks for. */
typedef struct
{
  char *id; /* the same for all ways to write the same request */
  char *prompt;
  char *negative_prompt; /* NULL: not said */
  char *sampler;         /* NULL: not said */
  int cfg_scale;         /* -1: not said */
  int steps;             /* -1: not said */
} RtspAddress;

/* Reads the part behind the '?' of an address; NULL and @refusal where it is
 * not to be answered: 400 without a prompt, or a value out of range; 403 with a
 * key in it, which servers and players write into logs; 414 for a long prompt;
 * 451 for parameters that are not known. Transfer full. */
RtspAddress *rtsp_address_parse (const char *query, RtspRefusal *refusal);
void rtsp_address_free (RtspAddress *address);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtspAddress, rtsp_address_free)

G_END_DECLS
