using System.Globalization;
using Mesh.Cli.Installation;
using Mesh.Model.Bootstrap;
using Mesh.Model.Topology;

namespace Mesh.Cli.VirtualMachines;

/// <summary>Units for systemd with this installation's paths, from the templates in <c>Units/</c>: hardened as far as any app bears it.</summary>
internal static class SystemdUnit
{
    private const string StateRoot = "/var/lib/";
    private const int SidecarSeconds = 10;

    /// <summary>The control plane's.</summary>
    /// <param name="program">The control plane.</param>
    /// <param name="settings">Absolute path of its settings.</param>
    /// <param name="user">Who runs it.</param>
    /// <param name="stateDirectory">Where it may write.</param>
    public static string ControlPlane(InstalledProgram program, string settings, string user, string stateDirectory) => Fill(
        "control-plane.service",
        ("exec", Command([program.Program, .. program.Arguments, "--config", settings])),
        ("environment", Environment(program)),
        ("user", user),
        ("hardening", Fill("hardening.conf", ("state", State(stateDirectory)))));

    /// <summary>That of a sidecar and its app.</summary>
    /// <param name="mesh">This command line.</param>
    /// <param name="path">Absolute path of the start-up file.</param>
    /// <param name="bootstrap">What is in it.</param>
    /// <param name="user">Who runs both.</param>
    /// <param name="command">The app: an absolute path and its arguments.</param>
    /// <param name="stopSeconds">How long the app may take to end.</param>
    public static string Sidecar(InstalledProgram mesh, string path, SidecarBootstrap bootstrap, string user, IEnumerable<string> command, int stopSeconds) => Fill(
        "sidecar.service",
        ("name", ServiceId.TryParse(bootstrap.Service, ServiceId.DefaultNamespace, out var id) ? id.Name : bootstrap.Replica),
        ("service", Text(bootstrap.Service)),
        ("replica", Text(bootstrap.Replica)),
        ("exec", Command([mesh.Program, .. mesh.Arguments, "proxy", "run", "--bootstrap", path, "--stop-timeout", stopSeconds.ToString(CultureInfo.InvariantCulture), "--", .. command])),
        ("environment", Environment(mesh)),
        ("user", user),
        // Drain, app, sidecar; each has its own limit, and this one is for when none of them held.
        ("stop", (bootstrap.DrainSeconds + stopSeconds + SidecarSeconds).ToString(CultureInfo.InvariantCulture)),
        ("hardening", Fill("hardening.conf", ("state", State(bootstrap.StateDirectory)))));

    private static string Fill(string template, params ReadOnlySpan<(string Name, string Value)> values)
    {
        using var stream = typeof(SystemdUnit).Assembly.GetManifestResourceStream(template) ?? throw new InvalidOperationException($"{template} is not embedded.");
        using var reader = new StreamReader(stream);
        var text = reader.ReadToEnd();
        foreach (var (name, value) in values)
        {
            text = text.Replace($"{{{name}}}", value, StringComparison.Ordinal);
        }

        return text;
    }

    // Below /var/lib systemd makes it, with its owner and mode; elsewhere it has to be there.
    private static string State(string directory) => directory.StartsWith(StateRoot, StringComparison.Ordinal)
        ? $"StateDirectory={directory[StateRoot.Length..].TrimEnd('/')}\nStateDirectoryMode=0700\n"
        : $"ReadWritePaths={Text(directory)}\n";

    private static string Environment(InstalledProgram program) => string.Concat(program.Environment.Select(v => $"Environment={Word($"{v.Key}={v.Value}", isCommand: false)}\n"));

    private static string Command(IEnumerable<string> words) => string.Join(' ', words.Select(w => Word(w, isCommand: true)));

    // systemd.service(5), "Command lines": its own quotes, and $ and % have to be doubled.
    private static string Word(string word, bool isCommand)
    {
        var escaped = Text(word).Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
        escaped = isCommand ? escaped.Replace("$", "$$", StringComparison.Ordinal) : escaped;
        return word.Length > 0 && !word.Any(c => char.IsWhiteSpace(c) || c is '"' or '\'' or '\\' or ';') ? escaped : $"\"{escaped}\"";
    }

    private static string Text(string text) => text.Replace("%", "%%", StringComparison.Ordinal);
}
