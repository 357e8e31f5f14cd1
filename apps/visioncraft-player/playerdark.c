/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "playerdark.h"

#include <gtk/gtk.h>

/* xdg-desktop-portal, org.freedesktop.portal.Settings: 0 no preference, 1 dark,
 * 2 light. */
#define PORTAL "org.freedesktop.portal.Desktop"
#define PORTAL_PATH "/org/freedesktop/portal/desktop"
#define INTERFACE "org.freedesktop.portal.Settings"
#define NAMESPACE "org.freedesktop.appearance"
#define KEY "color-scheme"
#define DARK 1

struct _PlayerDark
{
  GDBusConnection *bus;
  GCancellable *cancellable;
  guint subscription;
};

/* Read() wraps the value twice, SettingChanged once. */
static void
apply (GVariant *value)
{
  g_autoptr (GVariant) inner = g_variant_ref (value);

  while (g_variant_is_of_type (inner, G_VARIANT_TYPE_VARIANT)) {
    GVariant *outer = inner;

    inner = g_variant_get_variant (outer);
    g_variant_unref (outer);
  }
  if (g_variant_is_of_type (inner, G_VARIANT_TYPE_UINT32))
    g_object_set (gtk_settings_get_default (),
        "gtk-application-prefer-dark-theme",
        g_variant_get_uint32 (inner) == DARK, NULL);
}

static void
on_changed (GDBusConnection *bus, const char *sender, const char *path,
    const char *interface, const char *name, GVariant *parameters,
    gpointer unused)
{
  g_autoptr (GVariant) value = NULL;
  const char *space, *key;

  if (!g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(ssv)")))
    return;
  g_variant_get (parameters, "(&s&sv)", &space, &key, &value);
  if (g_str_equal (space, NAMESPACE) && g_str_equal (key, KEY))
    apply (value);
}

static void
on_read (GObject *bus, GAsyncResult *result, gpointer unused)
{
  g_autoptr (GVariant) reply =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (bus), result, NULL);
  g_autoptr (GVariant) value = NULL;

  if (reply == NULL) /* no portal, or it is over */
    return;
  g_variant_get (reply, "(v)", &value);
  apply (value);
}

PlayerDark *
player_dark_new (GDBusConnection *bus)
{
  PlayerDark *dark = g_new0 (PlayerDark, 1);

  dark->bus = g_object_ref (bus);
  dark->cancellable = g_cancellable_new ();
  dark->subscription = g_dbus_connection_signal_subscribe (bus, PORTAL,
      INTERFACE, "SettingChanged", PORTAL_PATH, NAMESPACE,
      G_DBUS_SIGNAL_FLAGS_NONE, on_changed, NULL, NULL);
  g_dbus_connection_call (bus, PORTAL, PORTAL_PATH, INTERFACE, "Read",
      g_variant_new ("(ss)", NAMESPACE, KEY), G_VARIANT_TYPE ("(v)"),
      G_DBUS_CALL_FLAGS_NONE, -1, dark->cancellable, on_read, NULL);
  return dark;
}

void
player_dark_free (PlayerDark *dark)
{
  g_cancellable_cancel (dark->cancellable);
  g_dbus_connection_signal_unsubscribe (dark->bus, dark->subscription);
  g_object_unref (dark->cancellable);
  g_object_unref (dark->bus);
  g_free (dark);
}
