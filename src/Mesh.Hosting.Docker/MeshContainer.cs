using System.Security.Cryptography;
using System.Text;
using Mesh.Kubernetes.Installation;
using Mesh.Kubernetes.Manifests;
using Mesh.Model.Serialization;

namespace Mesh.Hosting.Docker;

/// <summary>What the containers of the mesh's own image have in common.</summary>
internal static class MeshContainer
{
    /// <summary>Whose files a volume of the mesh holds.</summary>
    public static string Owner => $"uid={ImageSettings.User},gid={ImageSettings.User},mode=0700";

    /// <summary>A Compose service without rights that writes to volumes only.</summary>
    /// <param name="names">Names.</param>
    /// <param name="program">What is run.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="startFile">The text of its start-up file: a container whose file changed is made anew.</param>
    /// <param name="memory">What it may take at most.</param>
    /// <param name="more">What else is said of it.</param>
    public static ObjectNode Service(
        ComposeNames names, IEnumerable<string> program, IEnumerable<string> arguments, string startFile, string memory, params ReadOnlySpan<(string Name, DocumentNode? Value)> more) => Node.Object(
    [
        ("image", Node.Text(names.Image)),
        ("entrypoint", Node.Texts(program)),
        ("command", Node.Texts(arguments)),
        ("user", Node.Text($"{ImageSettings.User}:{ImageSettings.User}")),
        ("read_only", Node.Yes),
        ("cap_drop", Node.Texts("ALL")),
        ("security_opt", Node.Texts("no-new-privileges:true")),
        ("environment", Node.Object(("DOTNET_EnableDiagnostics", Node.Text("0")))),
        ("labels", Node.Object(("mesh.dev/configuration", Node.Text(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(startFile)))[..16])))),
        ("restart", Node.Text("unless-stopped")),
        ("deploy", Node.Object(("resources", Node.Object(("limits", Node.Object(("memory", Node.Text(memory)))))))),
        .. more,
    ]);

    /// <summary>A check of every ten seconds, and of every one while the container starts.</summary>
    public static ObjectNode HealthCheck(params IEnumerable<string> command) => Node.Object(
        ("test", Node.Texts(["CMD", .. command])),
        ("interval", Node.Text("10s")),
        ("timeout", Node.Text("5s")),
        ("retries", Node.Number(3)),
        ("start_period", Node.Text("60s")),
        ("start_interval", Node.Text("1s")));

    /// <summary>One file of the mesh's folder in the container.</summary>
    public static ObjectNode Config(string name, string target) => Node.Object(("source", Node.Text(name)), ("target", Node.Text(target)));

    /// <summary>A mount.</summary>
    public static ObjectNode Mount(string type, string source, string target, bool readOnly) => Node.Object(
        ("type", Node.Text(type)), ("source", Node.Text(source)), ("target", Node.Text(target)), ("read_only", readOnly ? Node.Yes : null));
}
