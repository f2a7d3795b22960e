using System.Collections.Immutable;
using System.Globalization;
using Mesh.Cli.Processes;
using Mesh.Laptop.Ports;
using Mesh.Model.Planning;
using Mesh.Model.Topology;

namespace Mesh.Cli.Running;

/// <summary>Where the app's control plane listens.</summary>
internal sealed record ControlPlanePorts(int Grpc, int Api)
{
    private const int UsualGrpc = 15010;
    private const int UsualApi = 15014;

    private static readonly ServiceId Owner = new("mesh-system", "control-plane");

    /// <summary>The two ports and whose they are.</summary>
    public ImmutableSortedDictionary<int, string> Reserved =>
        ImmutableSortedDictionary<int, string>.Empty.Add(Api, "the port of the control plane's API").Add(Grpc, "the port of the control plane's gRPC");

    /// <summary>The ports that the user asked for, else the usual ones where they are free, else any.</summary>
    /// <exception cref="CliException">A port that was asked for is in use.</exception>
    public static ControlPlanePorts Choose(UpOptions options, LaptopPorts ports, MeshDescription description)
    {
        var taken = description.Workloads.SelectMany(w => w.Endpoints).SelectMany(e => new[] { e.FrontDoorPort, e.AppPort }).OfType<int>().ToHashSet();
        var api = Pick(options.ApiPort, "--api-port", UsualApi, "api");
        taken.Add(api);
        return new ControlPlanePorts(Pick(options.GrpcPort, "--grpc-port", UsualGrpc, "grpc"), api);

        int Pick(int? asked, string option, int usual, string name)
        {
            if (asked is { } port)
            {
                return LaptopPorts.IsFree(port)
                    ? port
                    : throw new CliException(ExitCode.Unavailable, string.Create(CultureInfo.InvariantCulture, $"{option} {port}: the port is in use{By(port)}; give another one, or leave it out."));
            }

            return !taken.Contains(usual) && LaptopPorts.IsFree(usual) ? usual : ports.Pick(new PortRequest(PortPurpose.Admin, Owner, 0, name), taken);
        }
    }

    /// <summary><c> by postgres (process 4711)</c>, or nothing where that cannot be told.</summary>
    public static string By(int port) => PortOwner.Find(port) is { } owner ? $" by {owner}" : "";
}
