using System.Globalization;
using Mesh.Cli.AppFiles;
using Mesh.Cli.Processes;
using Mesh.Cli.Terminal;
using Mesh.Laptop.Ports;

namespace Mesh.Cli.Running;

/// <summary>What would fail at start is said before anything is started: ports in use, commands that are not there.</summary>
internal static class StartChecks
{
    /// <summary>Checks everything.</summary>
    /// <exception cref="CliException">With all that is wrong.</exception>
    public static void Throw(AppDefinition app) => Throw(app, _ => true, _ => true);

    /// <summary>Checks what a changed file brings.</summary>
    /// <exception cref="CliException">With all that is wrong.</exception>
    public static void ThrowForNew(AppDefinition changed, AppDefinition running)
    {
        var ports = FixedPorts(running).Select(p => p.Port).ToHashSet();
        var commands = running.Services.Select(s => (s.Command[0], s.WorkingDirectory)).ToHashSet();
        Throw(changed, port => !ports.Contains(port), service => !commands.Contains((service.Command[0], service.WorkingDirectory)));
    }

    private static void Throw(AppDefinition app, Func<int, bool> checksPort, Func<ServiceDefinition, bool> checksCommand)
    {
        var wrong = new List<(int Line, string Text)>();
        var file = ShownPath.From(Environment.CurrentDirectory, app.File);
        foreach (var service in app.Services.Where(checksCommand))
        {
            if (ProgramSearch.Find(service.Command[0], service.WorkingDirectory) is null)
            {
                var line = service.CommandAt.Line ?? 1;
                wrong.Add((line, string.Create(CultureInfo.InvariantCulture, $"{file}:{line}: {service.CommandAt.Path}: {ProgramSearch.WhyNot(service.Command[0], service.WorkingDirectory)}")));
            }
        }

        foreach (var (port, at, line) in FixedPorts(app).Where(p => checksPort(p.Port)))
        {
            if (!LaptopPorts.IsFree(port))
            {
                wrong.Add((line, string.Create(CultureInfo.InvariantCulture, $"{file}:{line}: {at}: port {port} is in use{ControlPlanePorts.By(port)}; stop that, or use another one")));
            }
        }

        if (wrong.Count > 0)
        {
            throw new CliException(ExitCode.Unavailable, $"{app.Name} cannot start:\n{string.Join('\n', wrong.OrderBy(w => w.Line).Select(w => w.Text))}");
        }
    }

    private static IEnumerable<(int Port, string At, int Line)> FixedPorts(AppDefinition app)
    {
        foreach (var endpoint in app.Description.Workloads.SelectMany(w => w.Endpoints))
        {
            if (endpoint.FrontDoorPort is { } front)
            {
                yield return (front, $"{endpoint.DeclaredAt.Path}.port", endpoint.DeclaredAt.Line ?? 1);
            }

            if (endpoint.AppPort is { } own)
            {
                yield return (own, $"{endpoint.DeclaredAt.Path}.appPort", endpoint.DeclaredAt.Line ?? 1);
            }
        }
    }
}
