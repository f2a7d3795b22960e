// An AppHost that measures itself: how long from its first line to the first answer through a chain of services, with the mesh and without.
using Mesh.Hosting.Benchmarks;

return args switch
{
    ["app", ..] => await MeasuredApp.RunAsync(Shape.Parse(args.AsSpan(1)), Console.Out),
    ["start-up", ..] => new StartUpComparison(Console.Out).Run(Shape.Parse(args.AsSpan(1))),
    ["starts", ..] => new Starts(Console.Out).Run(Shape.Parse(args.AsSpan(1))),
    _ => Shape.Usage(Console.Error),
};
