/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rtspmounts.h"

#include "rtspfactory.h"

#include <string.h>

struct _RtspMounts
{
  GstRTSPMountPoints parent;

  RtspStore *store;

  /* Two clients may want to mount the same at once. */
  GMutex lock;
  GHashTable *mounted; /* @lock; set of ids */
};

G_DEFINE_FINAL_TYPE (RtspMounts, rtsp_mounts, GST_TYPE_RTSP_MOUNT_POINTS)

static char *
path_of (const char *id)
{
  return g_strconcat (RTSP_ADDRESS_PATH "/", id, NULL);
}

static gboolean
is_question (const GstRTSPUrl *url)
{
  return strcmp (url->abspath, RTSP_ADDRESS_PATH) == 0
      || strcmp (url->abspath, RTSP_ADDRESS_PATH "/") == 0;
}

static char *
make_path (GstRTSPMountPoints *mounts, const GstRTSPUrl *url)
{
  g_auto (RtspRefusal) refusal = { 0 };
  g_autoptr (RtspAddress) address = NULL;

  if (is_question (url))
    address = rtsp_address_parse (url->query, &refusal);
  return address != NULL ? path_of (address->id) : g_strdup (url->abspath);
}

/* Called by the store, with its lock held. */
static void
unmount (const char *id, gpointer data)
{
  RtspMounts *self = data;
  g_autofree char *path = path_of (id);

  g_mutex_lock (&self->lock);
  if (g_hash_table_remove (self->mounted, id))
    gst_rtsp_mount_points_remove_factory (GST_RTSP_MOUNT_POINTS (self), path);
  g_mutex_unlock (&self->lock);
}

/* The use of it that the caller has keeps the store from unmounting it. */
static void
mount (RtspMounts *self, const char *id)
{
  g_autofree char *path = path_of (id);

  g_mutex_lock (&self->lock);
  if (g_hash_table_add (self->mounted, g_strdup (id)))
    gst_rtsp_mount_points_add_factory (
        GST_RTSP_MOUNT_POINTS (self), path, rtsp_factory_new (self->store, id));
  g_mutex_unlock (&self->lock);
}

/* "/gif/ID", with or without a stream behind it. */
static RtspUse *
find (RtspMounts *self, const GstRTSPUrl *url, RtspRefusal *refusal)
{
  g_auto (GStrv) parts = g_strsplit (url->abspath, "/", -1);
  RtspUse *use = NULL;

  if (g_str_has_prefix (url->abspath, RTSP_ADDRESS_PATH "/")
      && g_strv_length (parts) >= 3)
    use = rtsp_store_find (self->store, parts[2]);
  if (use == NULL)
    rtsp_refuse (refusal, GST_RTSP_STS_NOT_FOUND,
        "There is nothing here but " RTSP_ADDRESS_PATH "?prompt=…");
  return use;
}

RtspUse *
rtsp_mounts_open (RtspMounts *self, const GstRTSPUrl *url,
    const RtspAsker *asker, guint wait_s, RtspRefusal *refusal)
{
  g_autoptr (RtspAddress) address = NULL;
  RtspUse *use;

  if (!is_question (url))
    return find (self, url, refusal);
  address = rtsp_address_parse (url->query, refusal);
  if (address == NULL)
    return NULL;
  use = rtsp_store_open (self->store, address, asker, wait_s, refusal);
  if (use != NULL)
    mount (self, address->id);
  return use;
}

RtspStore *
rtsp_mounts_get_store (RtspMounts *self)
{
  return self->store;
}

static void
rtsp_mounts_finalize (GObject *object)
{
  RtspMounts *self = RTSP_MOUNTS (object);

  rtsp_store_close (self->store);
  rtsp_store_unref (self->store);
  g_hash_table_unref (self->mounted);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (rtsp_mounts_parent_class)->finalize (object);
}

static void
rtsp_mounts_class_init (RtspMountsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = rtsp_mounts_finalize;
  GST_RTSP_MOUNT_POINTS_CLASS (klass)->make_path = make_path;
}

static void
rtsp_mounts_init (RtspMounts *self)
{
  g_mutex_init (&self->lock);
  self->mounted = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

GstRTSPMountPoints *
rtsp_mounts_new (const RtspService *service, const RtspLimits *limits)
{
  RtspMounts *self = g_object_new (RTSP_TYPE_MOUNTS, NULL);

  self->store = rtsp_store_new (service, limits, unmount, self);
  return GST_RTSP_MOUNT_POINTS (self);
}
