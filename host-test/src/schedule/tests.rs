mod decisions;
mod ten_weeks;
mod world;
