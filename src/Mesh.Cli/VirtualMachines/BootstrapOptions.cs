using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using System.Net;
using Mesh.Model.Topology;

namespace Mesh.Cli.VirtualMachines;

/// <summary>The options of <c>mesh token</c> that make a machine's start-up file.</summary>
internal sealed class BootstrapOptions
{
    private readonly Option<string?> _output = new("--out") { Description = "Write the start-up file of a machine's sidecar here (mode 0600) instead of printing the token.", HelpName = "file" };
    private readonly Option<string?> _advertise = new("--advertise") { Description = "With --out: the IP address by which peers reach the machine.", HelpName = "ip" };
    private readonly Option<string?> _bind = new("--bind") { Description = "With --out: what the mesh door is bound to. Default: the advertised address.", HelpName = "ip" };
    private readonly Option<string?> _frontDoor = new("--front-door") { Description = "With --out: what the front doors of external ports are bound to. Default: 127.0.0.1.", HelpName = "ip" };
    private readonly Option<string?> _controlPlane = new("--control-plane") { Description = "With --out: how the machine reaches the control plane. Default: the address that it listens on.", HelpName = "https://host:port" };
    private readonly Option<string?> _replica = new("--replica") { Description = "With --out: the replica's name, unique in its service. Default: the service's name and the advertised address.", HelpName = "name" };
    private readonly Option<string[]> _appPorts = new("--app-port") { Description = "With --out: the port that the app insists on, such as http=8080. May be given more than once. Default: 18080 and on, told to the app.", HelpName = "name=port" };
    private readonly Option<int> _offset = new("--port-offset") { Description = "With --out: added to every port that nobody fixed, for a second sidecar on one machine. Default: 0.", HelpName = "number" };
    private readonly Option<string?> _state = new("--state-directory") { Description = "With --out: the sidecar's directory on the machine. Default: /var/lib/mesh/<replica>.", HelpName = "directory" };

    /// <summary>Adds them.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in All)
        {
            command.Options.Add(option);
        }
    }

    /// <summary>Where the file is to be written; <see langword="null"/>: only a token is wanted.</summary>
    public string? Output(ParseResult parsed) => parsed.GetValue(_output);

    /// <summary>The options that mean nothing without <c>--out</c> and were given.</summary>
    public IEnumerable<string> WithoutMeaning(ParseResult parsed) => All.Where(o => o != _output && parsed.GetResult(o) is { Implicit: false }).Select(o => o.Name);

    /// <summary>Reads them.</summary>
    /// <exception cref="CliException">With all that is wrong.</exception>
    public BootstrapRequest Read(ParseResult parsed, ServiceId service, int? lifetime)
    {
        var wrong = new List<string>();
        var advertised = Address(_advertise, null);
        if (parsed.GetValue(_advertise) is null)
        {
            wrong.Add("--advertise: is missing; give the IP address by which other machines reach this one");
        }
        else if (advertised is not null && (advertised.Equals(IPAddress.Any) || advertised.Equals(IPAddress.IPv6Any)))
        {
            wrong.Add($"--advertise={advertised} (is no address that anybody can call; give the machine's own, and --bind {advertised} to listen on all)");
        }

        var door = Address(_bind, advertised);
        var front = Address(_frontDoor, IPAddress.Loopback);
        Uri? controlPlane = null;
        if (parsed.GetValue(_controlPlane) is { } url && (!Uri.TryCreate(url, UriKind.Absolute, out controlPlane) || controlPlane.Scheme != Uri.UriSchemeHttps || controlPlane.PathAndQuery != "/"))
        {
            wrong.Add($"--control-plane={url} (must be https://host:port, such as https://10.0.0.2:15010)");
        }

        var replica = parsed.GetValue(_replica) ?? $"{service.Name}-{advertised?.ToString().Replace('.', '-').Replace(':', '-')}";
        if (!DnsLabel.IsValid(replica) && parsed.GetValue(_replica) is not null)
        {
            wrong.Add($"--replica={replica} (use lower-case letters, digits and inner hyphens, such as orders-1)");
        }

        var ports = ImmutableSortedDictionary.CreateBuilder<string, int>(StringComparer.Ordinal);
        foreach (var text in parsed.GetValue(_appPorts) ?? [])
        {
            if (text.Split('=') is [{ Length: > 0 } name, var number] && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is >= 1 and <= 65535)
            {
                ports[name] = port;
            }
            else
            {
                wrong.Add($"--app-port={text} (must be the name of a port of the service and a TCP port, such as http=8080)");
            }
        }

        var offset = parsed.GetValue(_offset);
        if (offset is < 0 or > 40_000)
        {
            wrong.Add($"--port-offset={offset} (must be 0 to 40000)");
        }

        // The file is for another machine: what is absolute there is what starts with a slash.
        var state = parsed.GetValue(_state) ?? $"/var/lib/mesh/{replica}";
        if (!state.StartsWith('/') && !Path.IsPathFullyQualified(state))
        {
            wrong.Add($"--state-directory={state} (must be an absolute path)");
        }

        return wrong.Count > 0
            ? throw new CliException(ExitCode.Usage, string.Join('\n', wrong))
            : new BootstrapRequest
            {
                Service = service,
                Replica = replica,
                Advertised = advertised!,
                Door = door!,
                FrontDoor = front!,
                ControlPlane = controlPlane,
                AppPorts = ports.ToImmutable(),
                PortOffset = offset,
                StateDirectory = state,
                Lifetime = lifetime,
            };

        IPAddress? Address(Option<string?> option, IPAddress? otherwise)
        {
            if (parsed.GetValue(option) is not { } text)
            {
                return otherwise;
            }

            if (IPAddress.TryParse(text, out var address))
            {
                return address;
            }

            wrong.Add($"{option.Name}={text} (must be an IP literal such as 10.0.0.7)");
            return null;
        }
    }

    private IEnumerable<Option> All => [_output, _advertise, _bind, _frontDoor, _controlPlane, _replica, _appPorts, _offset, _state];
}
