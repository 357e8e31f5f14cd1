/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "fixture.h"
#include "rtspclient.h"
#include "rtspfactory.h"
#include "rtspserver.h"

G_BEGIN_DECLS

/* The RTSP server in this process, before a mock whose GIF has these colours. */
extern const guint32 rtsp_fixture_colors[];
extern const char *const rtsp_fixture_plugins[];

typedef struct
{
  MockServer *mock;
  RtspServer *server;
  guint n_expected;
} RtspFixture;

/* What differs from the usual. */
typedef struct
{
  guint max_mounts, max_clients, wait_s, max_jobs, rate, total_rate;
  const char *password;
} RtspTestLimits;

/* @data is a RtspTestLimits, or NULL. */
void rtsp_fixture_set_up (RtspFixture *fixture, gconstpointer data);
void rtsp_fixture_tear_down (RtspFixture *fixture, gconstpointer data);

/* Clients of it, for what follows host and port. Transfer full. */
RtspPlayer *rtsp_fixture_play (
    RtspFixture *fixture, const char *tail, const char *protocols);
RtspRequest *rtsp_fixture_request (
    RtspFixture *fixture, GstRTSPMethod method, const char *tail);

/* The same with its answer. Transfer full. */
RtspRequest *rtsp_fixture_describe (RtspFixture *fixture, const char *tail);

guint rtsp_fixture_count_posts (RtspFixture *fixture);
guint rtsp_fixture_count_uses (RtspFixture *fixture);
void rtsp_fixture_wait_for_uses (RtspFixture *fixture, guint n);
void rtsp_fixture_wait_for_posts (RtspFixture *fixture, guint n);

/* Each frame of the GIF is there for as many pictures as it lasts, and the first
 * one follows the last one. */
void rtsp_fixture_assert_shows_the_gif (RtspPlayer *player, guint n_pictures);

#define RTSP_FIXTURE_ADD(path, limits, function) \
  g_test_add ("/" path, RtspFixture, limits, rtsp_fixture_set_up, function, \
      rtsp_fixture_tear_down)

G_END_DECLS
