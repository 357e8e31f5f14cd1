/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "fixture.h"
#include "xscreen.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* The player as a process of its own, on an X server and a session bus of its
 * own, worked through the actions that it exports. */

/* The window's default size: it fills the screen. */
#define PLAYER_REMOTE_WIDTH 960
#define PLAYER_REMOTE_HEIGHT 660

/* For all tests: an X server, a bus, a home with few plugins and a registry. */
typedef struct
{
  XScreen *screen;
  GTestDBus *bus;
  char *home;
  gboolean without_key; /* nothing in the environment */
  gboolean is_desktop;  /* screen readers, settings that are kept; set first */
  const char *program;  /* not owned */
  const char *module_directory; /* not owned */
} PlayerWorld;

void player_world_build (PlayerWorld *world);
void player_world_end (PlayerWorld *world);

/* What runs the program in @world; @server NULL: no service. Transfer full. */
GSubprocessLauncher *player_world_make_launcher (
    PlayerWorld *world, GSubprocessFlags flags, MockServer *server);

/* One run of it. */
typedef struct
{
  GSubprocess *player; /* NULL: it has ended */
  GDBusConnection *connection;
  GActionGroup *window;
} PlayerRemote;

/* Starts the program and waits for its window's actions. */
void player_remote_start (
    PlayerRemote *remote, PlayerWorld *world, MockServer *server);
void player_remote_stop (PlayerRemote *remote);

/* The state of an action that has a text as state. Transfer full. */
char *player_remote_get_text (PlayerRemote *remote, const char *action);
gboolean player_remote_has_status (PlayerRemote *remote, const char *status);

G_END_DECLS
