using System.Globalization;
using Mesh.Discovery.Benchmarks;

// mesh-discovery-bench [PROXIES [UPSTREAMS]]: how long a change takes from the control plane's cache to the sink of a proxy; server and clients share this machine.
var proxies = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 1000;
var upstreams = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 20;
await using var plane = await LonelyControlPlane.StartAsync();
var mesh = new SyntheticMesh(Services: 200, upstreams);
await new PropagationRun(plane, mesh, proxies, Console.Out).RunAsync();
