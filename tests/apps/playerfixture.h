/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "media.h"
#include "playerremote.h"

G_BEGIN_DECLS

/* What the tests of the player's window stand on: the world that they share,
 * and for each a mock server that gives one animation, and a player. */
extern PlayerWorld player_world;

/* The animation's frames. */
#define PLAYER_N_COLORS 4
#define PLAYER_DELAY_CS 10
extern const guint32 player_colors[PLAYER_N_COLORS];

typedef struct
{
  PlayerRemote remote;
  MockServer *mock;
} PlayerFixture;

/* argv[1] is the program, argv[2] the directory of our modules. @plugins of
 * GStreamer are for the test itself. */
void player_fixture_build (
    int *argc, char ***argv, gboolean is_desktop, const char *const *plugins);

void player_fixture_start (PlayerFixture *fixture, gconstpointer unused);
void player_fixture_stop (PlayerFixture *fixture, gconstpointer unused);

/* The same program again, as tomorrow. */
void player_fixture_restart (PlayerFixture *fixture);

#define player_fixture_add(path, function) \
  g_test_add (path, PlayerFixture, NULL, player_fixture_start, function, \
      player_fixture_stop)

/* --- What people do --- */

void player_set (PlayerFixture *fixture, const char *action, GVariant *state);
void player_activate (
    PlayerFixture *fixture, const char *action, GVariant *parameter);

/* Sets the prompt, and generates. */
void player_generate (PlayerFixture *fixture, const char *prompt);

guint player_count_posts (PlayerFixture *fixture);

/* --- Predicates of a fixture --- */

gboolean player_is_idle (gpointer fixture);
gboolean player_is_generating (gpointer fixture);
gboolean player_is_playing (gpointer fixture);
gboolean player_has_message (gpointer fixture);
gboolean player_can_generate (gpointer fixture);
gboolean player_is_held (gpointer fixture); /* a reply of the server's */

G_END_DECLS
