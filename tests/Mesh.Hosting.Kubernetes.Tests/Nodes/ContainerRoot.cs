using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Mesh.Hosting.Kubernetes.Tests.Nodes;

/// <summary>
/// The file system that a container sees, as a script that makes it and becomes the container's process: libraries and .NET of this machine, no shell and no other program, the image's folders, the
/// pod's volumes. The mounts are seen by that process alone and go with it.
/// </summary>
internal sealed class ContainerRoot(string mountPoint)
{
    private readonly StringBuilder _script = new("set -e\n");

    /// <summary>Where it is assembled: an empty folder of this machine.</summary>
    public string MountPoint { get; } = mountPoint;

    /// <summary>The script. Its arguments are the command.</summary>
    /// <param name="image">What is in it.</param>
    /// <param name="mounts">Folders of this machine by path, and whether they are read only.</param>
    /// <param name="hosts">The file that is <c>/etc/hosts</c>.</param>
    /// <param name="isReadOnly">Whether nothing may be written but to volumes.</param>
    /// <param name="user">As whom it runs, user and group.</param>
    public string Script(Image image, IEnumerable<(string Path, string Folder, bool IsReadOnly)> mounts, string hosts, bool isReadOnly, (long User, long Group) user)
    {
        _script.Append(CultureInfo.InvariantCulture, $"mount -t tmpfs -o mode=0755 root '{MountPoint}'\ncd '{MountPoint}'\n");
        _script.Append("mkdir -p usr/lib usr/lib64 usr/share/dotnet etc proc sys dev tmp\nchmod 1777 tmp\nln -s usr/lib lib\nln -s usr/lib64 lib64\n");
        _script.Append("mount --rbind /usr/lib usr/lib\n[ ! -d /usr/lib64 ] || mount --rbind /usr/lib64 usr/lib64\n[ ! -d /etc/ssl ] || { mkdir etc/ssl; mount --bind /etc/ssl etc/ssl; }\nmount -t proc proc proc\nmount --rbind /sys sys\n");
        _script.Append("for device in null zero random urandom; do touch dev/$device; mount --bind /dev/$device dev/$device; done\n");
        _script.Append(CultureInfo.InvariantCulture, $"touch etc/hosts\nmount --bind '{hosts}' etc/hosts\necho 'hosts: files' >etc/nsswitch.conf\necho 'root:x:0:0:root:/root:/nowhere' >etc/passwd\n");
        Bind(Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..")), "/usr/share/dotnet", isReadOnly: true);
        foreach (var (path, folder) in image.Folders)
        {
            Bind(folder, path, isReadOnly: true);
        }

        foreach (var (path, folder, only) in mounts)
        {
            Bind(folder, path, only);
        }

        if (isReadOnly)
        {
            _script.Append(CultureInfo.InvariantCulture, $"mount -o remount,ro '{MountPoint}'\n");
        }

        _script.Append(CultureInfo.InvariantCulture, $"exec setpriv --no-new-privs unshare --root='{MountPoint}' --wd={image.WorkingDirectory} --setgid={user.Group} --setuid={user.User} \"$@\"\n");
        return _script.ToString();
    }

    private void Bind(string folder, string path, bool isReadOnly)
    {
        _script.Append(CultureInfo.InvariantCulture, $"mkdir -p '.{path}'\nmount --bind '{folder}' '.{path}'\n");
        if (isReadOnly)
        {
            _script.Append(CultureInfo.InvariantCulture, $"mount -o remount,bind,ro '.{path}'\n");
        }
    }
}
